"""Heat and where it goes: air, liquid, coolant, free cooling by the climate, energy and water."""

import numpy as np


def liquid_share(cooling_liquid_share, system_air_heat_share):
    """Share of the heat that liquid takes. [1]

    f = 1 − a of the system where cold plates take a part of it, the share of the technology elsewhere

    Cold plates take what the system gives them. A system that is sold for air is taken in a version with cold plates,
    which then has the share of the technology.
    """
    plates = (cooling_liquid_share > 0) & (cooling_liquid_share < 1) & (system_air_heat_share < 1)
    return np.where(plates, 1 - system_air_heat_share, cooling_liquid_share)


def system_air_heat_share(cooling_liquid_share):
    """Share of a system's heat that is left to the air, where its entry does not say: as the cooling leaves it. [1]

    a = 1 − f
    """
    return 1 - cooling_liquid_share


def rack_liquid_heat(rack_power, liquid_share):
    """Heat of one rack that liquid takes. [W/rack]

    Q = f · P_rack
    """
    return rack_power * liquid_share


def rack_air_heat(rack_power, liquid_share):
    """Heat of one rack that is left to the air. [W/rack]

    Q = (1 − f) · P_rack

    17 kW of a 132 kW GB200 rack: often the first limit of a hall that gets liquid.
    """
    return rack_power * (1 - liquid_share)


def rack_air_limit(liquid_share, hall_air_limit, cooling_rack_limit):
    """Heat of one rack that the air of the hall removes. [W/rack]

    Q = limit of the hall beside liquid; the limit of the technology where air does it all
    """
    return np.where(liquid_share > 0, hall_air_limit, cooling_rack_limit)


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


def liquid_heat(it_power, liquid_share):
    """Heat of all IT equipment that liquid takes. [W]

    Q = f · P_IT

    Switches and storage are taken to share the split of the racks.
    """
    return it_power * liquid_share


def air_heat(it_power, liquid_share):
    """Heat of all IT equipment that is left to the air. [W]

    Q = (1 − f) · P_IT
    """
    return it_power * (1 - liquid_share)


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


def coolant_units_needed(liquid_heat, unit_headroom, coolant_unit_capacity, coolant_unit_derating):
    """Coolant distribution units that carry the load. [1]

    n = ⌈Q · headroom / (Q_unit · derating)⌉

    Ratings hold at the maker's approach; the site's smaller one derates them.
    """
    return np.ceil(liquid_heat * unit_headroom / (coolant_unit_capacity * coolant_unit_derating))


def spare_coolant_units(coolant_units_needed, redundancy_factor):
    """Coolant distribution units kept spare. [1]

    n = ⌈n_needed · (redundancy − 1)⌉: cooling has the redundancy of the power behind it
    """
    return np.ceil(coolant_units_needed * (redundancy_factor - 1))


def coolant_units(coolant_units_needed, spare_coolant_units):
    """Coolant distribution units. [1]

    n = n_needed + spares where there is liquid
    """
    return coolant_units_needed + spare_coolant_units * np.where(coolant_units_needed > 0, 1.0, 0.0)


def heat_rejection_power(liquid_heat, air_heat, redundancy_factor):
    """Heat that the chillers and dry coolers installed remove. [W]

    Q = (Q_liquid + Q_air) · redundancy
    """
    return (liquid_heat + air_heat) * redundancy_factor


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


def published_liquid_free_share(
    facility_water_temperature, dry_cooler_approach, published_dry_bulb_mean, published_temperature_spread
):
    """Share of the year in which dry coolers alone serve the liquid, where the halls stand whose PUE is published. [1]

    Φ((T_water − approach − T̄) / σ)
    """
    reached = facility_water_temperature - dry_cooler_approach
    return _normal((reached - published_dry_bulb_mean) / published_temperature_spread)


def published_air_free_share(
    air_supply_temperature, economizer_approach, published_dry_bulb_mean, published_temperature_spread
):
    """Share of the year in which outside air alone cools the air, where the halls stand whose PUE is published. [1]

    Φ((T_air − approach − T̄) / σ)
    """
    reached = air_supply_temperature - economizer_approach
    return _normal((reached - published_dry_bulb_mean) / published_temperature_spread)


def climate_energy_share(
    liquid_share,
    liquid_free_share,
    published_liquid_free_share,
    air_free_share,
    published_air_free_share,
    chiller_performance,
):
    """Energy of chillers over IT energy that the site's climate adds to what is published, or saves. [1]

    e = (f · (F_liquid,published − F_liquid) + (1 − f) · (F_air,published − F_air)) / COP

    Parameters
    ----------
    liquid_share : 1, 0 to 1
    liquid_free_share : 1, 0 to 1
    published_liquid_free_share : 1, 0 to 1
    air_free_share : 1, 0 to 1
    published_air_free_share : 1, 0 to 1
    chiller_performance : 1, above 0

    Notes
    -----
    A published PUE is a mean over halls of many sites: it is taken to hold in a temperate climate. Pumps and fans run
    all year and are in it.
    """
    liquid = liquid_share * (published_liquid_free_share - liquid_free_share)
    air = (1 - liquid_share) * (published_air_free_share - air_free_share)
    return (liquid + air) / chiller_performance


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


def cooling_energy_share(liquid_share, liquid_cooling_energy, air_cooling_energy):
    """Energy of cooling over IT energy. [1]

    e = f · e_liquid + (1 − f) · e_air

    Parameters
    ----------
    liquid_share : 1, 0 to 1
    liquid_cooling_energy : 1, 0 or more
    air_cooling_energy : 1, 0 or more

    Notes
    -----
    All equipment has the heat split of the racks.
    """
    return liquid_share * liquid_cooling_energy + (1 - liquid_share) * air_cooling_energy


def cooling_ppue(cooling_energy_share):
    """Of pumps, fans and chillers, added up. [1]

    pPUE = 1 + e_cooling
    """
    return 1 + cooling_energy_share


def cooling_ppue__climate(cooling_pue, published_loss_share, other_energy_share, climate_energy_share):
    """What the published PUE leaves beside the losses of its power chain, moved by the site's climate. [1]

    pPUE = max(1, PUE_published − e_electrical,published − e_other + e_climate)

    Vendors' figures for immersion leave less than nothing for cooling: they hold behind power chains that lose less.
    """
    return np.maximum(1, cooling_pue - published_loss_share - other_energy_share + climate_energy_share)


def fan_power_saved(it_power, air_fan_share, cooling_fan_power_share):
    """Power that servers' fans no longer draw, against cooling by air. [W]

    ΔP = P_IT · (s_air − s)

    It leaves the IT term, so PUE does not show it.
    """
    return it_power * (air_fan_share - cooling_fan_power_share)


def water_per_year(it_mean_power, hall_water):
    """Water used on site, as a yearly rate. [m**3/s]

    W = WUE · P̄_IT
    """
    return hall_water * it_mean_power


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


def cooling_price_difference(cooling_capex, air_cooling_price):
    """What the equipment of the cooling chosen costs above that of cooling by air, per watt of IT power. [USD/W]

    Δk = k − k_air
    """
    return cooling_capex - air_cooling_price


def _normal(deviations):
    """The normal distribution function, to 0.02: 1 / (1 + e^(−√(8/π) · x))."""
    return 1 / (1 + np.exp(-np.sqrt(8 / np.pi) * deviations))
