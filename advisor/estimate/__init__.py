"""What an offer would deliver and cost for given traffic: pure physics and money.

Nothing here knows the rule base: plain numbers go in, results with their formula come out.

* ``ranges``, ``figures``   exact ranges of non-negative numbers, and figures in words
* ``cost``                  tokens, reserved devices, owned devices, people -> an itemised bill
* ``breakeven``             from which volume one way of paying is cheaper than another
"""
