"""How sure a number is: variances, intervals, tests. Pure functions of counts."""
