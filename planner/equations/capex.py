"""What must be paid before the cluster runs, layer by layer."""


def capex_compute(systems, system_price):
    """Price of the accelerator systems. [USD]

    K = n · k_system
    """
    return systems * system_price


def capex_software(installed_accelerators, software_price):
    """Software bought once, for each accelerator. [USD]

    K = N · k
    """
    return installed_accelerators * software_price


def capex_services(capex_compute, capex_network, capex_storage, services_share):
    """Installation, cabling, integration and acceptance. [USD]

    K = s · (K_compute + K_network + K_storage)
    """
    return services_share * (capex_compute + capex_network + capex_storage)


def capex_facility__build(it_power, facility_price):
    """Price of building the hall, its power and its cooling. [USD]

    K = P_IT · k

    Land, soft cost and contingency are not included.
    """
    return it_power * facility_price


def capex_facility__colocation(it_power, colocation_fit_out_price):
    """Price of fitting out rented space. [USD]

    K = P_IT · k
    """
    return it_power * colocation_fit_out_price


def capex(capex_compute, capex_network, capex_storage, capex_software, capex_services, capex_facility):
    """Everything that must be paid before the cluster runs. [USD]

    K = K_compute + K_network + K_storage + K_software + K_services + K_facility
    """
    return capex_compute + capex_network + capex_storage + capex_software + capex_services + capex_facility


def budget_margin(budget, capex):
    """Money left of the budget. [USD]

    margin = budget − K
    """
    return budget - capex


def budget_use(capex, budget):
    """Share of the budget in use. [1]

    u = K / budget
    """
    return capex / budget
