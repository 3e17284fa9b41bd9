"""What must be paid while the cluster runs, as yearly rates."""


def maintenance_per_year(capex_compute, capex_network, capex_storage, maintenance_share):
    """Hardware support and spare parts. [USD/s]

    K = m · (K_compute + K_network + K_storage)
    """
    return maintenance_share * (capex_compute + capex_network + capex_storage)


def staff_per_year(nodes, staff_per_node, staff_minimum, staff_price):
    """People who run the cluster. [USD/s]

    K = (n_0 + n_node · s) · k
    """
    return (staff_minimum + nodes * staff_per_node) * staff_price


def software_per_year(installed_accelerators, software_licence_share, software_licence_price):
    """Software licences and subscriptions. [USD/s]

    K = N · share · k
    """
    return installed_accelerators * software_licence_share * software_licence_price


def facility_per_year__build(capex_facility, facility_operation_share):
    """Running the building: maintenance, security, insurance, property tax. [USD/s]

    K = s · K_facility
    """
    return capex_facility * facility_operation_share


def facility_per_year__colocation(it_power, colocation_price):
    """Rent of space with power and cooling, energy excluded. [USD/s]

    K = P_IT · k
    """
    return it_power * colocation_price


def opex_per_year(energy_cost_per_year, maintenance_per_year, staff_per_year, software_per_year, facility_per_year):
    """Everything that must be paid while the cluster runs, as a yearly rate. [USD/s]

    K = K_energy + K_maintenance + K_staff + K_software + K_facility
    """
    return energy_cost_per_year + maintenance_per_year + staff_per_year + software_per_year + facility_per_year
