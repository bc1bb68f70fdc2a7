"""An STM32 microcontroller, spoken to over a pipe: `python -m proofmark_emulator`.

Instructions are Unicorn's; exceptions, clocks, time and peripherals are here. Time is counted in instructions, so a run
has the same bits whenever and wherever it is repeated; what the model does not know is a fault and never memory.
"""
