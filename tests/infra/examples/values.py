"""What stands for things that are somewhere else: an account, a key, an image, a model."""

from __future__ import annotations

from pathlib import Path

from ml.spec import load_model

ACCOUNT = "111122223333"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/test"
ROLE = "arn:aws:iam::111122223333:role/test"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:queue"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/release@sha256:" + "a" * 64
MODEL = load_model(Path(__file__).parents[3] / "models" / "flight_delay")
