"""How mature the training software is: its own kernel time, its year, the age of the chip."""

import numpy as np


def chip_age(software_year, accelerator_available_year):
    """Years that software has had to adapt to the accelerator. [1]

    max(0, year − first shipment)
    """
    return np.maximum(0, software_year - accelerator_available_year)


def newness(chip_age, new_chip_penalty, chip_learning_time):
    """Kernel time on a young chip over that on one the software has learnt. [1]

    e^(n · e^(−age / τ))
    """
    return np.exp(new_chip_penalty * np.exp(-chip_age / chip_learning_time))


def software_factor(training_software_kernel_time, training_software_trails_new_chips, newness):
    """Kernel time over that of a Megatron-class stack on a chip that software has learnt. [1]

    f · new where the software trails new chips, else f

    Software whose makers do not build the chips (FSDP, DeepSpeed) starts behind on a new one.
    """
    return training_software_kernel_time * np.where(training_software_trails_new_chips > 0, newness, 1)


def fusion_factor(software_year, reference_year, software_progress):
    """Time of kernels other than matrix products over that of the reference year's software. [1]

    e^(g · (year_0 − year))

    The same recipe on the same chips runs faster from release to release: attention, elementwise operators and
    gradient sums are fused and overlapped. Large matrix products come from libraries that are mature on each chip.
    """
    return np.exp(software_progress * (reference_year - software_year))


def mixture_factor(software_year, reference_year, mixture_progress):
    """Time of expert products and dispatch over that of the reference year's software. [1]

    e^(g · (year_0 − year))

    Permutation, routing and grouped products are still being fused and tuned, faster than the rest.
    """
    return np.exp(mixture_progress * (reference_year - software_year))
