"""Queues, topics and what may use them."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import (
    Call,
    Handler,
    Made,
    document,
    gone_is_fine,
    if_exists,
    setting,
)

_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
    "fifoQueue": "FifoQueue",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "policy": "Policy",
    "redrivePolicy": "RedrivePolicy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return document(value) if isinstance(value, dict) else str(value)


def _attributes(call: Call) -> dict[str, str]:
    return {
        name: _text(call.inputs[key])
        for key, name in _ATTRIBUTES.items()
        if call.inputs.get(key) not in (None, "")
        and not (key == "fifoQueue" and not call.inputs[key])
    }


def _queue_outputs(call: Call, url: str) -> Properties:
    name = url.rpartition("/")[2]
    arn = f"arn:aws:sqs:{call.region}:{call.account}:{name}"
    return {"arn": arn, "url": url, "name": name}


def _create_queue(call: Call) -> Made:
    answer = call.aws("sqs").create_queue(
        QueueName=call.inputs["name"], Attributes=_attributes(call), tags=call.tags
    )
    url = str(answer["QueueUrl"])
    return Made(url, _queue_outputs(call, url))


def _read_queue(call: Call) -> Properties:
    names = [_ATTRIBUTES[key] for key in _ATTRIBUTES if key in call.old_inputs]
    answer = call.aws("sqs").get_queue_attributes(QueueUrl=call.id, AttributeNames=["All"])
    observed = _queue_outputs(call, call.id)
    for key, name in _ATTRIBUTES.items():
        found = answer["Attributes"].get(name)
        if name in names and isinstance(call.old.get(key), int) and found is not None:
            observed[key] = found == "true" if found in ("true", "false") else int(found)
    return observed


def _update_queue(call: Call) -> Properties:
    attributes = _attributes(call)
    for key in ("redrivePolicy", "policy", "kmsMasterKeyId"):
        if call.old_inputs.get(key) and not call.inputs.get(key):
            attributes[_ATTRIBUTES[key]] = ""
    attributes.pop("FifoQueue", None)
    call.aws("sqs").set_queue_attributes(QueueUrl=call.id, Attributes=attributes)
    return {}


QUEUE = Handler(
    create=_create_queue,
    read=if_exists(_read_queue),
    update=_update_queue,
    delete=gone_is_fine(lambda call: call.aws("sqs").delete_queue(QueueUrl=call.id)),
)


def queue_part(key: str, attribute: str) -> Handler:
    """Return the handler of one attribute of a queue that is a resource of its own."""

    def put(call: Call) -> None:
        call.aws("sqs").set_queue_attributes(
            QueueUrl=call.inputs["queueUrl"], Attributes={attribute: _text(call.inputs[key])}
        )

    def read(call: Call) -> Properties | None:
        answer = call.aws("sqs").get_queue_attributes(QueueUrl=call.id, AttributeNames=["All"])
        return {} if answer["Attributes"].get(attribute) else None

    def remove(call: Call) -> None:
        call.aws("sqs").set_queue_attributes(QueueUrl=call.id, Attributes={attribute: ""})

    return setting(id_key="queueUrl", put=put, read=read, remove=remove)


_TOPIC = {
    "displayName": "DisplayName",
    "policy": "Policy",
    "deliveryPolicy": "DeliveryPolicy",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "fifoTopic": "FifoTopic",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "tracingConfig": "TracingConfig",
}


def _create_topic(call: Call) -> Made:
    attributes = {
        name: _text(call.inputs[key]) for key, name in _TOPIC.items() if call.inputs.get(key)
    }
    arn = call.aws("sns").create_topic(
        Name=call.inputs["name"], Attributes=attributes, Tags=call.tag_list
    )["TopicArn"]
    return Made(arn, {"arn": arn, "owner": call.account})


def _read_topic(call: Call) -> Properties:
    call.aws("sns").get_topic_attributes(TopicArn=call.id)
    return {"arn": call.id}


def _update_topic(call: Call) -> Properties:
    for key, name in _TOPIC.items():
        if call.changed(key) and key != "fifoTopic":
            call.aws("sns").set_topic_attributes(
                TopicArn=call.id,
                AttributeName=name,
                AttributeValue=_text(call.inputs.get(key, "")),
            )
    return {}


TOPIC = Handler(
    create=_create_topic,
    read=if_exists(_read_topic),
    update=_update_topic,
    delete=gone_is_fine(lambda call: call.aws("sns").delete_topic(TopicArn=call.id)),
)


def _put_topic_policy(call: Call) -> None:
    call.aws("sns").set_topic_attributes(
        TopicArn=call.inputs["arn"],
        AttributeName="Policy",
        AttributeValue=document(call.inputs["policy"]),
    )


TOPIC_POLICY = setting(
    id_key="arn",
    put=_put_topic_policy,
    read=_read_topic,
    remove=lambda call: None,  # AWS puts its default policy back
)


def _subscribe(call: Call) -> Made:
    arn = call.aws("sns").subscribe(
        TopicArn=call.inputs["topic"],
        Protocol=call.inputs["protocol"],
        Endpoint=call.inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    outputs = {
        "arn": arn,
        "ownerId": call.account,
        "pendingConfirmation": call.inputs["protocol"] in ("email", "http", "https"),
    }
    return Made(arn, outputs)


def _read_subscription(call: Call) -> Properties:
    call.aws("sns").get_subscription_attributes(SubscriptionArn=call.id)
    return {"arn": call.id}


SUBSCRIPTION = Handler(
    create=_subscribe,
    read=if_exists(_read_subscription),
    delete=gone_is_fine(lambda call: call.aws("sns").unsubscribe(SubscriptionArn=call.id)),
)
