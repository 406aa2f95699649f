"""Of many writers that all demand "only if nobody wrote before", exactly one wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.mark.slow
def test_sixteen_racing_creations_have_one_winner_in_each_of_30_rounds(
    client: Callable[..., Any],
) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="race", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})

    def write(name: str, writer: int) -> bool:
        try:
            s3.put_object(Bucket="race", Key=name, Body=str(writer).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        for number in range(30):
            won = list(pool.map(write, [f"round-{number}"] * 16, range(16)))
            assert won.count(True) == 1
            body = s3.get_object(Bucket="race", Key=f"round-{number}")["Body"].read()
            assert int(body) == won.index(True)


def test_replacing_a_known_content_succeeds_once(client: Callable[..., Any]) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="swap", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    etag = s3.put_object(Bucket="swap", Key="head", Body=b"0")["ETag"]

    def replace(writer: int) -> bool:
        try:
            s3.put_object(Bucket="swap", Key="head", Body=b"1%d" % writer, IfMatch=etag)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
                raise
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(replace, range(16))).count(True) == 1


@pytest.mark.slow
def test_sixteen_racing_conditional_items_have_one_winner_in_each_of_30_rounds(
    client: Callable[..., Any],
) -> None:
    tables = client("dynamodb")
    tables.create_table(
        TableName="race",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def write(name: str, writer: int) -> bool:
        try:
            tables.put_item(
                TableName="race",
                Item={"id": {"S": name}, "writer": {"N": str(writer)}},
                ConditionExpression="attribute_not_exists(id)",
            )
        except tables.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        for number in range(30):
            won = list(pool.map(write, [f"round-{number}"] * 16, range(16)))
            assert won.count(True) == 1
            kept = tables.get_item(TableName="race", Key={"id": {"S": f"round-{number}"}})["Item"]
            assert int(kept["writer"]["N"]) == won.index(True)
