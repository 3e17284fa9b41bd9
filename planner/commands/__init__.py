"""The commands: each module has configure(parser) and run(args); heavy imports belong inside run."""
