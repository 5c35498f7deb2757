"""What a model must show before it may decide: a gate per doubt.

Each gate has a number, a limit and a reason. They judge by what the clients show: on
few clients a gate fails when its limit is passed beyond chance, not by bad luck.
"""
