"""The lender's policies, beside the model: asked, tried, added, made active."""
