"""The bundle: everything the API needs of a model version, in one hashed folder."""
