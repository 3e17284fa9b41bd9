"""Emissions: operational by location and by market, embodied, and their shares of an hour, a token and a run."""


def carbon_per_year(energy_per_year, site_carbon_intensity):
    """Operational emissions, location based, as a yearly rate. [gCO2e/s]

    C = E · c_grid

    Generation alone: about 5 % are lost on the way in the US, and fuel supply is not included. Life-cycle figures of
    a grid are not to be mixed with these.
    """
    return energy_per_year * site_carbon_intensity


def lifecycle_carbon_per_year(energy_per_year, site_carbon_intensity_lifecycle):
    """Emissions of the energy over the lives of the power stations and their fuel, as a yearly rate. [gCO2e/s]

    C = E · c_life cycle

    Beside the operational emissions, which it holds: it is added to none.
    """
    return energy_per_year * site_carbon_intensity_lifecycle


def market_carbon_per_year(carbon_per_year, clean_energy_share):
    """Operational emissions, market based, as a yearly rate. [gCO2e/s]

    C = C_location · (1 − s)

    Contracts for clean energy count in full here and not at all by location: the two are reported apart.
    """
    return carbon_per_year * (1 - clean_energy_share)


def embodied_carbon_systems(systems, system_embodied_carbon):
    """Emissions of making the systems. [gCO2e]

    C = n · c_system
    """
    return systems * system_embodied_carbon


def embodied_carbon_network(switches, storage_network_switches, switch_embodied_carbon):
    """Emissions of making the switches. [gCO2e]

    C = n · c_switch; optics and cables are not included
    """
    return (switches + storage_network_switches) * switch_embodied_carbon


def embodied_carbon_storage(storage_capacity, storage_embodied_carbon):
    """Emissions of making the fast storage tier. [gCO2e]

    C = S · c
    """
    return storage_capacity * storage_embodied_carbon


def embodied_carbon_building(it_power, building_embodied_carbon):
    """Emissions of making the building with its power and cooling. [gCO2e]

    C = P_IT · c
    """
    return it_power * building_embodied_carbon


def embodied_carbon(
    embodied_carbon_systems, embodied_carbon_network, embodied_carbon_storage, embodied_carbon_building
):
    """Emissions of making everything: systems, network, storage, building. [gCO2e]

    C = C_systems + C_network + C_storage + C_building
    """
    return embodied_carbon_systems + embodied_carbon_network + embodied_carbon_storage + embodied_carbon_building


def embodied_carbon_per_year(
    embodied_carbon_systems,
    embodied_carbon_network,
    embodied_carbon_storage,
    embodied_carbon_building,
    service_life,
    building_life,
):
    """Embodied emissions spread over the lives of what was made, as a yearly rate. [gCO2e/s]

    C = (C_systems + C_network + C_storage) / T_life + C_building / T_building
    """
    equipment = embodied_carbon_systems + embodied_carbon_network + embodied_carbon_storage
    return equipment / service_life + embodied_carbon_building / building_life


def total_carbon_per_year(carbon_per_year, embodied_carbon_per_year):
    """Operational (location based) and embodied emissions, as a yearly rate. [gCO2e/s]

    C = C_operation + C_embodied
    """
    return carbon_per_year + embodied_carbon_per_year


def carbon_cost_per_year(carbon_per_year, carbon_price):
    """Cost of the operational emissions at a price of carbon, as a yearly rate. [USD/s]

    K = C · k, by location: contracts for clean energy may lower what is owed
    """
    return carbon_per_year * carbon_price


def carbon_per_accelerator_hour(total_carbon_per_year, installed_accelerators):
    """Emissions of an installed accelerator-hour. [gCO2e/accelerator/s]

    c = C / N
    """
    return total_carbon_per_year / installed_accelerators


def carbon_per_training_run(total_carbon_per_year, time_to_train):
    """Emissions of the cluster for the duration of one training run. [gCO2e]

    C · T
    """
    return total_carbon_per_year * time_to_train


def carbon_per_token(total_carbon_per_year, tokens_per_second, goodput):
    """Emissions over the tokens trained that are kept. [gCO2e/token]

    c = C / (tokens/s · g)
    """
    return total_carbon_per_year / (tokens_per_second * goodput)


def carbon_per_token__inference(total_carbon_per_year, output_tokens_per_second, utilization):
    """Emissions over the tokens written. [gCO2e/token]

    c = C / (tokens/s · u)
    """
    return total_carbon_per_year / (output_tokens_per_second * utilization)


def water_per_accelerator_hour(water_per_year, offsite_water_per_year, installed_accelerators):
    """Water of an installed accelerator-hour, on and off site. [m**3/accelerator/s]

    w = (W_on + W_off) / N
    """
    return (water_per_year + offsite_water_per_year) / installed_accelerators


def water_per_training_run(water_per_year, offsite_water_per_year, time_to_train):
    """Water of the cluster for the duration of one training run, on and off site. [m**3]

    (W_on + W_off) · T
    """
    return (water_per_year + offsite_water_per_year) * time_to_train
