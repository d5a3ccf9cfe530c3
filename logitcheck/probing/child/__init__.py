"""The process that runs a model: the only code of the project that imports TensorFlow or numpy."""
