"""The client on the screen: search, facts, history, offers and remarks."""
