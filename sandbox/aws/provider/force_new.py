"""Which inputs AWS cannot change in place: a change of these replaces the resource."""

ALWAYS = frozenset({"region", "name", "namePrefix"})
"""Of every type, except where the table below says otherwise."""

RENAMED_IN_PLACE = frozenset(
    {
        "aws:sagemaker/pipeline:Pipeline",
        "aws:budgets/budget:Budget",
        "aws:amp/workspace:Workspace",
    }
)

_KEYS: dict[str, str] = {
    "s3/bucket:Bucket": "bucket bucketPrefix objectLockEnabled bucketNamespace",
    "s3/bucketVersioning:BucketVersioning": "bucket expectedBucketOwner",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "bucket expectedBucketOwner"
    ),
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
    "s3/bucketPolicy:BucketPolicy": "bucket",
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket expectedBucketOwner",
    "s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
    "s3/bucketLogging:BucketLogging": "bucket expectedBucketOwner",
    "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        "bucket expectedBucketOwner objectLockEnabled"
    ),
    "s3/bucketNotification:BucketNotification": "bucket",
    "s3/bucketReplicationConfig:BucketReplicationConfig": "bucket",
    "s3/bucketCorsConfiguration:BucketCorsConfiguration": "bucket",
    "s3/bucketObjectv2:BucketObjectv2": "bucket key",
    "kms/key:Key": "customerMasterKeySpec keyUsage multiRegion customKeyStoreId",
    "kms/grant:Grant": "keyId granteePrincipal operations constraints retiringPrincipal",
    "iam/role:Role": "path",
    "iam/policy:Policy": "path description",
    "iam/rolePolicy:RolePolicy": "role",
    "iam/rolePolicyAttachment:RolePolicyAttachment": "role policyArn",
    "iam/instanceProfile:InstanceProfile": "path",
    "iam/openIdConnectProvider:OpenIdConnectProvider": "url",
    "sqs/queue:Queue": "fifoQueue",
    "sqs/queuePolicy:QueuePolicy": "queueUrl",
    "sqs/redrivePolicy:RedrivePolicy": "queueUrl",
    "sqs/redriveAllowPolicy:RedriveAllowPolicy": "queueUrl",
    "sns/topic:Topic": "fifoTopic",
    "sns/topicPolicy:TopicPolicy": "arn",
    "sns/topicSubscription:TopicSubscription": "endpoint protocol topic",
    "cloudwatch/eventRule:EventRule": "eventBusName",
    "cloudwatch/eventTarget:EventTarget": "eventBusName rule targetId",
    "cloudwatch/logGroup:LogGroup": "logGroupClass",
    "cloudwatch/metricAlarm:MetricAlarm": "",
    "cloudwatch/dashboard:Dashboard": "dashboardName",
    "cloudwatch/logMetricFilter:LogMetricFilter": "logGroupName",
    "dynamodb/table:Table": "hashKey rangeKey localSecondaryIndexes restoreSourceName",
    "secretsmanager/secretVersion:SecretVersion": "secretId secretString secretBinary",
    "secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "ssm/parameter:Parameter": "",
    "ecr/repository:Repository": "encryptionConfigurations",
    "ecr/lifecyclePolicy:LifecyclePolicy": "repository policy",
    "ecr/repositoryPolicy:RepositoryPolicy": "repository",
    "sagemaker/modelPackageGroup:ModelPackageGroup": (
        "modelPackageGroupName modelPackageGroupDescription"
    ),
    "sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "modelPackageGroupName",
    "sagemaker/pipeline:Pipeline": "pipelineName",
    "glue/catalogDatabase:CatalogDatabase": "catalogId",
    "glue/catalogTable:CatalogTable": "catalogId databaseName",
    "scheduler/schedule:Schedule": "groupName",
    "ec2/vpc:Vpc": "cidrBlock instanceTenancy",
    "ec2/subnet:Subnet": "vpcId cidrBlock availabilityZone availabilityZoneId ipv6CidrBlock",
    "ec2/securityGroup:SecurityGroup": "vpcId description",
    "ec2/securityGroupRule:SecurityGroupRule": (
        "type fromPort toPort protocol securityGroupId cidrBlocks sourceSecurityGroupId self"
    ),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": "securityGroupId",
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": "securityGroupId",
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
    "ec2/routeTable:RouteTable": "vpcId",
    "ec2/route:Route": "routeTableId destinationCidrBlock",
    "ec2/routeTableAssociation:RouteTableAssociation": "subnetId gatewayId",
    "ec2/networkAcl:NetworkAcl": "vpcId",
    "ec2/internetGateway:InternetGateway": "",
    "ec2/natGateway:NatGateway": "allocationId subnetId connectivityType",
    "ec2/eip:Eip": "domain networkBorderGroup",
    "ec2/vpcEndpoint:VpcEndpoint": "serviceName vpcId vpcEndpointType",
    "ec2/flowLog:FlowLog": (
        "vpcId subnetId logDestination logDestinationType trafficType logFormat iamRoleArn "
        "maxAggregationInterval"
    ),
    "eks/cluster:Cluster": (
        "roleArn bootstrapSelfManagedAddons encryptionConfig.provider "
        "kubernetesNetworkConfig.serviceIpv4Cidr"
    ),
    "eks/addon:Addon": "clusterName addonName",
    "eks/accessEntry:AccessEntry": "clusterName principalArn type",
    "eks/accessPolicyAssociation:AccessPolicyAssociation": "clusterName principalArn policyArn",
    "eks/podIdentityAssociation:PodIdentityAssociation": "clusterName namespace serviceAccount",
    "eks/nodeGroup:NodeGroup": (
        "clusterName nodeGroupName nodeRoleArn subnetIds instanceTypes amiType capacityType "
        "diskSize"
    ),
    "eks/fargateProfile:FargateProfile": "clusterName fargateProfileName podExecutionRoleArn",
    "cloudtrail/trail:Trail": "",
    "backup/vault:Vault": "kmsKeyArn",
    "accessanalyzer/analyzer:Analyzer": "analyzerName type",
}


def force_new(token: str) -> frozenset[str]:
    """Return the inputs, some as a path of two words, whose change replaces the resource."""
    keys = frozenset(_KEYS.get(token.removeprefix("aws:"), "").split())
    return keys if token in RENAMED_IN_PLACE else keys | ALWAYS
