"""The evaluation agent: a described behaviour made into a measurement on an organism and a control."""
