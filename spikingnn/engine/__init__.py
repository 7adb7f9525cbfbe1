"""The simulation engine: the one time loop, the plug-in kernels it calls, and the tables it runs on."""
