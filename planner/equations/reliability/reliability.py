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

    Failures are independent and all stop the job. Inverse scaling with size has little measured confirmation: the one
    measured value of arXiv:2410.21680 (7.9 h at 1,024 accelerators) is 3.7 times shorter than its rate gives.
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

    Exponentially distributed failures; the work since the last complete checkpoint is lost (Daly, Future Generation
    Computer Systems 22, 2006, eq. 20). L is the age a checkpoint has when it is complete.
    """
    mtbf = job_mtbf * one_event
    lost = np.exp((restart_time + checkpoint_lag) / mtbf)
    return checkpoint_interval / (mtbf * lost * np.expm1((checkpoint_interval + checkpoint_time) / mtbf))


def effective_time_share__closed_form(
    checkpoint_time, checkpoint_interval, checkpoint_lag, restart_time, job_mtbf, one_event
):
    """Approximate share for small losses. [1]

    g = (1 − (R + L + τ/2) / M) / (1 + C/τ)

    For small losses alone: it turns negative where failures are frequent (arXiv:2410.21680, section 4).
    """
    lost = (restart_time + checkpoint_lag + checkpoint_interval / 2) / (job_mtbf * one_event)
    return np.maximum(0, 1 - lost) / (1 + checkpoint_time / checkpoint_interval)


def effective_time_share__first_order(
    checkpoint_time, checkpoint_interval, checkpoint_lag, restart_time, job_mtbf, one_event
):
    """Share to first order in the losses. [1]

    g = 1 − C/τ − (R + L + τ/2) / M

    At Young's interval and without restarts: 1 − √(2C/M).
    """
    lost = (restart_time + checkpoint_lag + checkpoint_interval / 2) / (job_mtbf * one_event)
    return np.maximum(0, 1 - checkpoint_time / checkpoint_interval - lost)


def goodput(effective_time_share, straggler_loss):
    """Share of the time that ends up as kept training progress. [1]

    g = g_effective · (1 − straggler loss)
    """
    return effective_time_share * (1 - straggler_loss)


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
    reached, term, count, found = below + 1, 1 + 0 * mean, mode, mode
    while np.any((reached < target) & (term > np.finfo(float).tiny)):
        short = np.where(reached < target, 1.0, 0.0)
        count, found = count + 1, found + short
        term = term * mean / count
        reached = reached + term
    return np.where(asked > mean, np.ceil(asked + (found - mean) * np.sqrt(np.maximum(asked / mean, 1))), found)
