"""The exercises of lesson 15: surrogate gradients."""

from __future__ import annotations

from .exercise import Exercise, Mistake


BETA, CURRENT = 0.9, 0.4
U3 = ((CURRENT * BETA) + CURRENT) * BETA + CURRENT         # the potential of the step with the first spike

EXERCISES = (
    Exercise(
        "What is the potential in step 4?", lambda: BETA * (U3 - 1.0) + CURRENT,
        mistakes=(
            Mistake(lambda: BETA * U3 + CURRENT, "the spike of step 3 subtracts the threshold, 1."),
            Mistake(lambda: CURRENT,
                    "the spike subtracts the threshold, it does not reset to zero: 0.084 are left."),
            Mistake(lambda: U3 - 1.0 + CURRENT, "what is left decays by β."),
            Mistake(lambda: BETA * U3 - 1.0 + CURRENT,
                    "subtract the threshold before the decay: β (u - θ s) + I."),
        ), hint="u = 0.9 · (1.084 - 1) + 0.4.", tolerance=0.01),
    Exercise(
        "What stands in the place of the derivative?", lambda: 1.0 - 0.6 / 2.0,
        mistakes=(
            Mistake(lambda: 0.0,
                    "that is the true derivative; the triangle of width 2 reaches from -1 to 3."),
            Mistake(lambda: 1.0 - 0.6, "that is a triangle of width 1."),
            Mistake(lambda: 1.0 - 0.4 / 2.0, "what counts is the distance to the threshold, |0.4 - 1|."),
            Mistake(lambda: 1.0 + 0.6 / 2.0,
                    "the distance is an absolute value: the slope is largest at the threshold, where it is "
                    "1."),
        ), hint="max(0, 1 - |0.4 - 1|/2)."),
    Exercise(
        "What is the derivative of the potential of step 5 with respect to the current of step 1?",
        lambda: BETA**4,
        mistakes=(
            Mistake(lambda: BETA**5,
                    "from step 1 to step 5 there are four decays: the current of a step enters the potential "
                    "of the same step with the factor 1."),
            Mistake(lambda: 4.0 * BETA, "the chain rule multiplies the factors of the steps."),
            Mistake(lambda: BETA, "that is the effect one step later."),
            Mistake(lambda: 1.0, "the membrane leaks: in each step the fraction β is left."),
        ), hint="one factor β for each step from 1 to 5."),
    Exercise(
        "How much energy do the additions of the output layer take?", lambda: 150.0 * 10.0 * 0.9 / 1000.0,
        unit="nJ",
        mistakes=(
            Mistake(lambda: 150.0 * 0.9 / 1000.0, "each spike is added to ten output neurons."),
            Mistake(lambda: 150.0 * 10.0 * 0.9, "that is in pJ; 1 nJ = 1,000 pJ."),
            Mistake(lambda: 150.0 * 10.0 * 4.6 / 1000.0, "a spike needs an addition, not a multiplication."),
            Mistake(lambda: 100.0 * 10.0 * 10.0 * 0.9 / 1000.0,
                    "only spikes cost something, not every neuron in every step."),
            Mistake(lambda: 150.0 * 10.0 * 10.0 * 0.9 / 1000.0,
                    "the 150 spikes are those of all ten steps together."),
        ), hint="150 spikes · 10 additions each · 0.9 pJ, in nJ."),
)
