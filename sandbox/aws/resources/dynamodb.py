"""DynamoDB tables."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, gone_is_fine, if_exists


def _keys(holder: Properties) -> list[dict[str, str]]:
    keys = [{"AttributeName": holder["hashKey"], "KeyType": "HASH"}]
    if holder.get("rangeKey"):
        keys.append({"AttributeName": holder["rangeKey"], "KeyType": "RANGE"})
    return keys


def _index(index: Properties) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index["projectionType"]}
    if index.get("nonKeyAttributes"):
        projection["NonKeyAttributes"] = index["nonKeyAttributes"]
    return {"IndexName": index["name"], "KeySchema": _keys(index), "Projection": projection}


def _create_table(call: Call) -> Made:
    wanted, dynamodb = call.inputs, call.aws("dynamodb")
    request: dict[str, Any] = {
        "TableName": wanted["name"],
        "KeySchema": _keys(wanted),
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]}
            for each in wanted.get("attributes", [])
        ],
        "BillingMode": wanted.get("billingMode") or "PROVISIONED",
        "Tags": call.tag_list,
    }
    if request["BillingMode"] == "PROVISIONED":
        request["ProvisionedThroughput"] = {
            "ReadCapacityUnits": wanted.get("readCapacity") or 1,
            "WriteCapacityUnits": wanted.get("writeCapacity") or 1,
        }
    for key, name in (
        ("globalSecondaryIndexes", "GlobalSecondaryIndexes"),
        ("localSecondaryIndexes", "LocalSecondaryIndexes"),
    ):
        if wanted.get(key):
            request[name] = [_index(each) for each in wanted[key]]
    encryption = wanted.get("serverSideEncryption")
    if encryption and encryption.get("enabled"):
        request["SSESpecification"] = {"Enabled": True, "SSEType": "KMS"}
        if encryption.get("kmsKeyArn"):
            request["SSESpecification"]["KMSMasterKeyId"] = encryption["kmsKeyArn"]
    if wanted.get("streamEnabled"):
        request["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": wanted.get("streamViewType") or "NEW_AND_OLD_IMAGES",
        }
    if wanted.get("deletionProtectionEnabled"):
        request["DeletionProtectionEnabled"] = True
    table = dynamodb.create_table(**request)["TableDescription"]
    _settle_table(call, str(wanted["name"]))
    outputs = {
        "arn": table["TableArn"],
        "streamArn": table.get("LatestStreamArn", ""),
        "streamLabel": table.get("LatestStreamLabel", ""),
    }
    return Made(str(wanted["name"]), outputs)


def _settle_table(call: Call, name: str) -> None:
    dynamodb = call.aws("dynamodb")
    if call.changed("ttl") and call.inputs.get("ttl"):
        ttl = call.inputs["ttl"]
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={
                "Enabled": ttl.get("enabled", False),
                "AttributeName": ttl.get("attributeName", "ttl"),
            },
        )
    if call.changed("pointInTimeRecovery"):
        wanted = (call.inputs.get("pointInTimeRecovery") or {}).get("enabled", False)
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": wanted},
        )


def _read_table(call: Call) -> Properties:
    table = call.aws("dynamodb").describe_table(TableName=call.id)["Table"]
    return {"arn": table["TableArn"], "name": table["TableName"]}


def _update_table(call: Call) -> Properties:
    _settle_table(call, call.id)
    if call.changed("deletionProtectionEnabled"):
        call.aws("dynamodb").update_table(
            TableName=call.id,
            DeletionProtectionEnabled=bool(call.inputs.get("deletionProtectionEnabled")),
        )
    return {}


TABLE = Handler(
    create=_create_table,
    read=if_exists(_read_table),
    update=_update_table,
    delete=gone_is_fine(lambda call: call.aws("dynamodb").delete_table(TableName=call.id)),
)
