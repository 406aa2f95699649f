"""The Glue catalog: databases and tables."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, gone_is_fine, if_exists, pascal

_GLUE_SKIPPED = ("name", "catalogId", "databaseName", "tags", "region", "partitionIndices")


def _glue_input(call: Call) -> dict[str, Any]:
    fields = {
        key: value
        for key, value in call.inputs.items()
        if key not in _GLUE_SKIPPED and not key.startswith("__")
    }
    fields.pop("createTableDefaultPermissions", None)
    storage = fields.get("storageDescriptor")
    result: dict[str, Any] = pascal(fields)
    if isinstance(storage, dict):
        descriptor = result["StorageDescriptor"]
        if "serDeInfo" in storage:
            descriptor["SerdeInfo"] = pascal(storage["serDeInfo"])
            descriptor["SerdeInfo"]["Parameters"] = storage["serDeInfo"].get("parameters", {})
            descriptor.pop("SerDeInfo", None)
        if "parameters" in storage:
            descriptor["Parameters"] = storage["parameters"]
    if "parameters" in fields:
        result["Parameters"] = fields["parameters"]
    return {"Name": call.inputs["name"], **result}


def _create_database(call: Call) -> Made:
    call.aws("glue").create_database(DatabaseInput=_glue_input(call))
    name = str(call.inputs["name"])
    arn = f"arn:aws:glue:{call.region}:{call.account}:database/{name}"
    return Made(f"{call.account}:{name}", {"arn": arn, "catalogId": call.account})


def _read_database(call: Call) -> Properties:
    name = call.id.partition(":")[2]
    call.aws("glue").get_database(Name=name)
    return {"name": name}


def _update_database(call: Call) -> Properties:
    call.aws("glue").update_database(
        Name=call.id.partition(":")[2], DatabaseInput=_glue_input(call)
    )
    return {}


DATABASE = Handler(
    create=_create_database,
    read=if_exists(_read_database),
    update=_update_database,
    delete=gone_is_fine(
        lambda call: call.aws("glue").delete_database(Name=call.id.partition(":")[2])
    ),
)


def _create_catalog_table(call: Call) -> Made:
    database, name = str(call.inputs["databaseName"]), str(call.inputs["name"])
    call.aws("glue").create_table(DatabaseName=database, TableInput=_glue_input(call))
    arn = f"arn:aws:glue:{call.region}:{call.account}:table/{database}/{name}"
    outputs = {"arn": arn, "catalogId": call.account}
    return Made(f"{call.account}:{database}:{name}", outputs)


def _read_catalog_table(call: Call) -> Properties:
    _, database, name = call.id.split(":", 2)
    call.aws("glue").get_table(DatabaseName=database, Name=name)
    return {"databaseName": database, "name": name}


def _update_catalog_table(call: Call) -> Properties:
    call.aws("glue").update_table(
        DatabaseName=call.inputs["databaseName"], TableInput=_glue_input(call)
    )
    return {}


def _delete_catalog_table(call: Call) -> None:
    _, database, name = call.id.split(":", 2)
    call.aws("glue").delete_table(DatabaseName=database, Name=name)


CATALOG_TABLE = Handler(
    create=_create_catalog_table,
    read=if_exists(_read_catalog_table),
    update=_update_catalog_table,
    delete=gone_is_fine(_delete_catalog_table),
)
