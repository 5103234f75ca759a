"""The parts of capturar.py: the surroundings, the example company, the screens, the browser."""
