"""The commands: configure(parser) of each module declares its arguments, run(args) gives back an Answer.

Heavy imports belong inside run. What is printed or written is made of the answer by `output`.
"""
