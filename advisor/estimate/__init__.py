"""What an offer would deliver and cost for given traffic: pure physics and money.

Plain numbers go in, results with their formula come out.

Money, exact:
* ``ranges``, ``figures``     ranges of non-negative numbers, and figures in words
* ``token_cost``, ``cost``    tokens, devices, people -> an itemised bill
* ``breakeven``               from which volume one way of paying is cheaper than another
* ``settings``                the user's own prices on the command line

Physics, with bands:
* ``shapes``, ``subjects``    models and devices; those of the catalogue
* ``capacity``                does it fit, on how many devices, laid out how
* ``physics``, ``saturated``  time of a token under latency; throughput with everything queued
* ``neighbours``, ``speed``   measured, interpolated, modelled or unknown
* ``loaded``                  throughput in a benchmark's scenario
* ``traffic``                 requests a day -> replicas, spares, quotas

Evidence:
* ``evidence``, ``measured``, ``cells``          the ledger of measured configurations
* ``calibrate``, ``refit``, ``refit_text``       coefficients and bands from the ledger (numpy)
* ``cases``, ``accuracy``, ``accuracy_data``     how far off the estimates are
"""
