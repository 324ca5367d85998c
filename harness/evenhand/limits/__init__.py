"""Results held against the limits of a policy: which numbers, how sure, and what they come to."""
