"""Instruments: latencies, processor time, conditions. Makes no load."""
