"""SageMaker Pipelines that really run: each step is a container of the image it names."""
