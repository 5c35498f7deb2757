"""The clients asked about against those learnt from."""
