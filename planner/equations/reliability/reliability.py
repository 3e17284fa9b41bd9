"""Failures, restarts, stragglers and spares: what is left of the time, and what is lost in money."""

import numpy as np


def measured_failure_rate(observed_failures, observed_nodes, observed_time):
    """Failure rate of a fleet that was watched: set node_failure_rate to it. [event/s/node]

    r = failures / (n_node · T)

    419 unexpected interruptions of 2,048 nodes in 54 days make 3.79 in 1,000 node-days (arXiv:2407.21783, table 5).
    """
    return observed_failures / (observed_nodes * observed_time)


def failure_rate(node_failure_rate, nodes):
    """Failures of the whole cluster. [event/s]

    f = r · n_node
    """
    return node_failure_rate * nodes


def job_mtbf(node_failure_rate, nodes):
    """Mean time between failures of a job on every node. [s/event]

    M = 1 / (r · n_node)

    Parameters
    ----------
    node_failure_rate : event/s/node, above 0
    nodes : node, above 0

    Notes
    -----
    Failures are independent, come at a constant rate and all stop the job. Inverse scaling with size has little
    measured confirmation: the one measured value (7.9 h at 1,024 accelerators) [1] is 3.7 times shorter than its rate
    gives, so the rate of failures is an input with a wide range.

    References
    ----------
    .. [1] arXiv:2410.21680.
    """
    return 1 / (node_failure_rate * nodes)


def job_uptime(job_mtbf, restart_time, one_event):
    """Share of the time a job runs at all. [1]

    u = M / (M + R)

    Lost work and checkpoints are not counted.
    """
    mtbf = job_mtbf * one_event
    return mtbf / (mtbf + restart_time)


def effective_time_share(checkpoint_time, checkpoint_interval, checkpoint_lag, restart_time, job_mtbf, one_event):
    """Exact share where failures are exponentially distributed. [1]

    g = τ / (M · e^((R + L)/M) · (e^((τ + C)/M) − 1))

    Parameters
    ----------
    checkpoint_time : s, 0 or more
    checkpoint_interval : s, 0 or more
    checkpoint_lag : s, 0 or more
    restart_time : s, 0 or more
    job_mtbf : s/event, above 0
    one_event : event, 1

    Notes
    -----
    Failures are exponentially distributed, also while a checkpoint is written and while the job restarts; the work
    since the last complete checkpoint is lost. L is the age that a checkpoint has when it is complete.

    References
    ----------
    .. [1] Daly, Future Generation Computer Systems 22 (2006) 303, eq. 20.
    """
    mtbf = job_mtbf * one_event
    lost = np.exp((restart_time + checkpoint_lag) / mtbf)
    return checkpoint_interval / (mtbf * lost * np.expm1((checkpoint_interval + checkpoint_time) / mtbf))


def effective_time_share__closed_form(
    checkpoint_time, checkpoint_interval, checkpoint_lag, restart_time, job_mtbf, one_event
):
    """Approximate share for small losses. [1]

    g = (1 − (R + L + τ/2) / M) / (1 + C/τ)

    Parameters
    ----------
    checkpoint_time : s, 0 or more
    checkpoint_interval : s, above 0
    checkpoint_lag : s, 0 or more
    restart_time : s, 0 or more
    job_mtbf : s/event, above 0
    one_event : event, 1

    Notes
    -----
    For small losses alone: it falls below zero where failures are frequent, and is cut there.

    References
    ----------
    .. [1] arXiv:2410.21680, section 4.
    """
    lost = (restart_time + checkpoint_lag + checkpoint_interval / 2) / (job_mtbf * one_event)
    return np.maximum(0, 1 - lost) / (1 + checkpoint_time / checkpoint_interval)


def effective_time_share__first_order(
    checkpoint_time, checkpoint_interval, checkpoint_lag, restart_time, job_mtbf, one_event
):
    """Share to first order in the losses. [1]

    g = 1 − C/τ − (R + L + τ/2) / M

    For small losses alone. At Young's interval and without restarts it is 1 − √(2C/M).
    """
    lost = (restart_time + checkpoint_lag + checkpoint_interval / 2) / (job_mtbf * one_event)
    return np.maximum(0, 1 - checkpoint_time / checkpoint_interval - lost)


def goodput(effective_time_share, straggler_loss, power_chain_availability):
    """Share of the time that ends up as kept training progress. [1]

    g = g_effective · (1 − straggler loss) · a_power

    Parameters
    ----------
    effective_time_share : 1, 0 to 1
    straggler_loss : 1, 0 to 0.9
    power_chain_availability : 1, 0.9 to 1

    Notes
    -----
    Failures, stragglers and losses of power are taken to be independent of each other.
    """
    return effective_time_share * (1 - straggler_loss) * power_chain_availability


def time_to_train(training_time, goodput):
    """Calendar time of the training run, failures and checkpoints included. [s]

    T = T_train / g
    """
    return training_time / goodput


def deadline_margin(deadline, time_to_train):
    """Time left before the deadline. [s]

    margin = T_deadline − T
    """
    return deadline - time_to_train


def deadline_use(time_to_train, deadline):
    """Share of the time up to the deadline that the training run takes. [1]

    u = T / T_deadline
    """
    return time_to_train / deadline


def time_in_checkpoints(time_to_train, checkpoint_stall_share):
    """Time of the run that goes into writing checkpoints. [s]

    T_C = T · C / (τ + C)
    """
    return time_to_train * checkpoint_stall_share


def failures_per_run(time_to_train, job_mtbf):
    """Failures to expect in the training run. [event]

    n = T / M
    """
    return time_to_train / job_mtbf


def nodes_in_repair(node_failure_rate, nodes, repair_time):
    """Nodes out of service at one time, on average. [event]

    μ = r · n_node · T_repair

    Every failure takes its node away until it is repaired; many are software or links and clear sooner.
    """
    return node_failure_rate * nodes * repair_time


def spare_nodes(nodes_in_repair, spare_confidence, one_event, one_node):
    """Spare nodes that keep the cluster whole with the confidence asked for. [node]

    n = min k with P(X ≤ k) ≥ q,  X Poisson with mean μ

    Parameters
    ----------
    nodes_in_repair : event, 0 or more
    spare_confidence : 1, 0 or more, below 1
    one_event : event, 1
    one_node : node, 1

    Notes
    -----
    Failures come one by one and independently, so the number of nodes in repair is Poisson distributed. It fails where
    one fault takes a whole rack or row at once.

    2,048 nodes with 3.79 failures in 1,000 node-days, repaired in 7 days: 54 in repair on average, 72 with a confidence
    of 99 %.
    """
    return _poisson_quantile(nodes_in_repair / one_event, spare_confidence) * one_node


def nodes_to_buy(nodes, spare_nodes):
    """Nodes with their spares. [node]

    n = n_node + n_spare
    """
    return nodes + spare_nodes


def lost_accelerators(installed_accelerators, goodput):
    """Accelerators whose work failures, checkpoints and stragglers undo, on average. [accelerator]

    N · (1 − g)
    """
    return installed_accelerators * (1 - goodput)


def lost_accelerator_hours(installed_accelerators, time_to_train, training_time):
    """Accelerator-hours of the run that failures, checkpoints and stragglers undo. [accelerator*s]

    H = N · (T − T_train)
    """
    return installed_accelerators * (time_to_train - training_time)


def failure_cost_per_run(lost_accelerator_hours, cost_per_accelerator_hour):
    """What the lost accelerator-hours of the run cost. [USD]

    K = H · c
    """
    return lost_accelerator_hours * cost_per_accelerator_hour


def failure_cost_per_year(lost_accelerators, cost_per_accelerator_hour):
    """What the lost accelerator-hours cost, as a yearly rate. [USD/s]

    K = N · (1 − g) · c
    """
    return lost_accelerators * cost_per_accelerator_hour


def _poisson_quantile(mean, share):
    """The smallest count that a Poisson variable does not exceed with probability `share`, at least its mode.

    Counted up to a mean of 10⁵; beyond it, where the distribution is normal, the distance from the mean grows as √mean.
    """
    asked = mean
    mean = np.minimum(np.maximum(mean, np.finfo(float).tiny), 10**5)
    mode = np.floor(mean)
    # Probabilities relative to that of the mode, so that large means do not underflow.
    below, above = 0 * mean, 0 * mean
    term, count = 1 + 0 * mean, mode
    while np.any(term > np.finfo(float).eps):
        term, count = term * count / mean, count - 1
        below = below + term
    term, count = 1 + 0 * mean, mode
    while np.any(term > np.finfo(float).eps):
        count = count + 1
        term = term * mean / count
        above = above + term
    target = share * (below + 1 + above)
    reached, term, count, quantile = below + 1, 1 + 0 * mean, mode, mode
    while np.any((reached < target) & (term > np.finfo(float).tiny)):
        short = np.where(reached < target, 1.0, 0.0)
        count, quantile = count + 1, quantile + short
        term = term * mean / count
        reached = reached + term
    return np.where(asked > mean, np.ceil(asked + (quantile - mean) * np.sqrt(np.maximum(asked / mean, 1))), quantile)
