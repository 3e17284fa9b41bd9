"""Heat and where it goes: air, liquid, coolant, free cooling by the climate, energy and water."""

import numpy as np


def rack_liquid_heat(rack_power, cooling_liquid_share):
    """Heat of one rack that liquid takes. [W/rack]

    Q = f · P_rack
    """
    return rack_power * cooling_liquid_share


def rack_air_heat(rack_power, cooling_liquid_share):
    """Heat of one rack that is left to the air. [W/rack]

    Q = (1 − f) · P_rack

    17 kW of a 132 kW GB200 rack: often the first limit of a hall that gets liquid.
    """
    return rack_power * (1 - cooling_liquid_share)


def rack_air_limit(cooling_liquid_share, hall_air_limit, cooling_rack_limit):
    """Heat of one rack that the air of the hall removes. [W/rack]

    Q = limit of the hall beside liquid; the limit of the technology where air does it all
    """
    return np.where(cooling_liquid_share > 0, hall_air_limit, cooling_rack_limit)


def air_heat_margin(rack_air_limit, rack_air_heat):
    """Air cooling left in one rack position. [W/rack]

    margin = Q_limit − Q_air
    """
    return rack_air_limit - rack_air_heat


def cooling_use(rack_power, cooling_rack_limit, rack_air_heat, rack_air_limit):
    """Share of what the cooling removes from one rack in use. [1]

    u = max(P_rack / P_technology, Q_air / Q_limit)
    """
    return np.maximum(rack_power / cooling_rack_limit, rack_air_heat / rack_air_limit)


def liquid_heat(it_power, cooling_liquid_share):
    """Heat of all IT equipment that liquid takes. [W]

    Q = f · P_IT

    Switches and storage are taken to share the split of the racks.
    """
    return it_power * cooling_liquid_share


def air_heat(it_power, cooling_liquid_share):
    """Heat of all IT equipment that is left to the air. [W]

    Q = (1 − f) · P_IT
    """
    return it_power * (1 - cooling_liquid_share)


def rack_coolant_flow(rack_liquid_heat, coolant_heat_capacity, coolant_rise):
    """Coolant that one rack needs. [m**3/s/rack]

    V = Q / (ρc · ΔT): 1.44 L/min for each kW of water at 10 K
    """
    return rack_liquid_heat / (coolant_heat_capacity * coolant_rise)


def coolant_flow(liquid_heat, coolant_heat_capacity, coolant_rise):
    """Coolant that the cluster needs. [m**3/s]

    V = Q / (ρc · ΔT)

    Parameters
    ----------
    liquid_heat : W, 0 or more
    coolant_heat_capacity : J/m**3/K, above 0
    coolant_rise : K, above 0

    Notes
    -----
    Steady state: 1.44 L/min of water for each kW at a rise of 10 K. Capacity by volume is that at the mean temperature.
    """
    return liquid_heat / (coolant_heat_capacity * coolant_rise)


def coolant_units(liquid_heat, unit_headroom, coolant_unit_capacity, coolant_unit_derating, spare_coolant_units):
    """Coolant distribution units. [1]

    n = ⌈Q · headroom / (Q_unit · derating)⌉ + spares where there is liquid

    Ratings hold at the maker's approach; the site's smaller one derates them.
    """
    needed = np.ceil(liquid_heat * unit_headroom / (coolant_unit_capacity * coolant_unit_derating))
    return needed + spare_coolant_units * np.where(needed > 0, 1.0, 0.0)


def facility_water_temperature(coolant_supply_temperature, coolant_unit_approach):
    """Warmest facility water that still cools the racks. [K]

    T = T_supply − approach of the distribution units
    """
    return coolant_supply_temperature - coolant_unit_approach


def temperature_spread(site_dry_bulb_design, site_dry_bulb_mean, design_deviations):
    """Standard deviation of the air temperature over the year. [K]

    σ = (T_0.4% − T̄) / z
    """
    return (site_dry_bulb_design - site_dry_bulb_mean) / design_deviations


def liquid_free_share(facility_water_temperature, dry_cooler_approach, site_dry_bulb_mean, temperature_spread):
    """Share of the year in which dry coolers alone serve the liquid. [1]

    Φ((T_water − approach − T̄) / σ)

    Parameters
    ----------
    facility_water_temperature : K, any
    dry_cooler_approach : K, 0 to 30
    site_dry_bulb_mean : K, any
    temperature_spread : K, above 0

    Notes
    -----
    Air temperature is normally distributed over the hours of the year. Dry coolers alone: evaporation of water would
    reach below the air's temperature.
    """
    return _normal((facility_water_temperature - dry_cooler_approach - site_dry_bulb_mean) / temperature_spread)


def air_free_share(air_supply_temperature, economizer_approach, site_dry_bulb_mean, temperature_spread):
    """Share of the year in which outside air alone cools the hall's air. [1]

    Φ((T_air − approach − T̄) / σ)

    Air temperature is normally distributed over the hours of the year; humidity is not looked at.
    """
    return _normal((air_supply_temperature - economizer_approach - site_dry_bulb_mean) / temperature_spread)


def liquid_cooling_energy(pump_energy_share, liquid_free_share, chiller_performance):
    """Energy to remove a unit of heat by liquid. [1]

    e = e_pumps + (1 − free) / COP

    Chillers run in full whenever free cooling does not do alone, which is cautious; their performance is a mean over
    these hours.
    """
    return pump_energy_share + (1 - liquid_free_share) / chiller_performance


def air_cooling_energy(fan_energy_share, air_free_share, chiller_performance):
    """Energy to remove a unit of heat by air. [1]

    e = e_fans + (1 − free) / COP
    """
    return fan_energy_share + (1 - air_free_share) / chiller_performance


def cooling_energy_share(cooling_liquid_share, liquid_cooling_energy, air_cooling_energy):
    """Energy of cooling over IT energy. [1]

    e = f · e_liquid + (1 − f) · e_air

    Parameters
    ----------
    cooling_liquid_share : 1, 0 to 1
    liquid_cooling_energy : 1, 0 or more
    air_cooling_energy : 1, 0 or more

    Notes
    -----
    All equipment has the heat split of the racks.
    """
    return cooling_liquid_share * liquid_cooling_energy + (1 - cooling_liquid_share) * air_cooling_energy


def cooling_ppue(cooling_energy_share):
    """Partial power usage effectiveness of cooling alone. [1]

    pPUE = 1 + e_cooling
    """
    return 1 + cooling_energy_share


def fan_power_saved(it_power, air_fan_share, cooling_fan_power_share):
    """Power that servers' fans no longer draw, against cooling by air. [W]

    ΔP = P_IT · (s_air − s)

    It leaves the IT term, so PUE does not show it.
    """
    return it_power * (air_fan_share - cooling_fan_power_share)


def water_per_year(it_mean_power, cooling_water):
    """Water used on site, as a yearly rate. [m**3/s]

    W = WUE · P̄_IT
    """
    return cooling_water * it_mean_power


def offsite_water_per_year(energy_per_year, site_offsite_water):
    """Water that power stations use for the energy drawn, as a yearly rate. [m**3/s]

    W = E · water per unit of energy
    """
    return energy_per_year * site_offsite_water


def cooling_cost(it_power, cooling_capex):
    """Price of the cooling equipment; part of the price of a hall built for it. [USD]

    K = P_IT · k
    """
    return it_power * cooling_capex


def _normal(deviations):
    """The normal distribution function, to 0.02: 1 / (1 + e^(−√(8/π) · x))."""
    return 1 / (1 + np.exp(-np.sqrt(8 / np.pi) * deviations))
