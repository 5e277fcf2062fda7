import { StackFault } from '../stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from '../template/resolved-stack.ts';
import type { LakeColumn } from './parquet-rows.ts';

/** What a delivery stream of the template says, as far as it is played. */
export interface DeliverySettings {
  name: string;
  arn: string;
  region: string;
  streamName: string;
  streamArn: string;
  bucket: string;
  /** With expressions, as `tenant=!{partitionKeyFromLambda:tenant}/`. */
  prefix: string;
  errorPrefix: string;
  fileExtension: string;
  transform: {
    functionArn: string;
    /** Of lines in one invocation. */
    bytesMax: number;
    retriesMax: number;
  };
  columns: LakeColumn[];
}

const megabyte = 1024 * 1024;

/** Reads the properties of a delivery stream; throws a StackFault for what is not played, rather than pass it over. */
export function deliverySettings(resource: ResolvedResource, stack: ResolvedStack): DeliverySettings {
  const { logicalId, properties } = resource;
  const fault = (what: string) =>
    new StackFault(`${logicalId}: the local stack plays no delivery stream ${what}.`);
  const source = properties.KinesisStreamSourceConfiguration as { KinesisStreamARN?: string } | undefined;
  const stream = stack
    .ofType('AWS::Kinesis::Stream')
    .find((one) => stack.attribute(one.logicalId, 'Arn') === source?.KinesisStreamARN);
  if (!stream) throw fault('whose source is no stream of the template');
  const s3 = properties.ExtendedS3DestinationConfiguration as S3Destination | undefined;
  if (!s3) throw fault('but to S3');
  const processors = s3.ProcessingConfiguration?.Processors ?? [];
  const [deAggregation, lambda] = processors;
  const isPlayed =
    processors.length === 2 &&
    deAggregation?.Type === 'RecordDeAggregation' &&
    parameter(deAggregation, 'SubRecordType') === 'JSON' &&
    lambda?.Type === 'Lambda';
  if (!isPlayed) throw fault('but with JSON de-aggregation and then a Lambda');
  const { DataFormatConversionConfiguration: conversion } = s3;
  if (!conversion?.OutputFormatConfiguration?.Serializer?.ParquetSerDe) throw fault('but into Parquet');
  return {
    name: resource.physicalId,
    arn: stack.attribute(logicalId, 'Arn'),
    region: String(source?.KinesisStreamARN).split(':')[3] ?? '',
    streamName: stream.physicalId,
    streamArn: String(source?.KinesisStreamARN),
    bucket: String(s3.BucketARN).split(':::')[1] ?? '',
    prefix: String(s3.Prefix ?? ''),
    errorPrefix: String(s3.ErrorOutputPrefix ?? ''),
    fileExtension: String(s3.FileExtension ?? ''),
    transform: {
      functionArn: String(parameter(lambda, 'LambdaArn')),
      bytesMax: Number(parameter(lambda, 'BufferSizeInMBs') ?? 1) * megabyte,
      retriesMax: Number(parameter(lambda, 'NumberOfRetries') ?? 3),
    },
    columns: columnsOf(conversion.SchemaConfiguration?.TableName, stack, fault),
  };
}

interface Processor {
  Type?: string;
  Parameters?: { ParameterName: string; ParameterValue: unknown }[];
}

interface S3Destination {
  BucketARN?: unknown;
  Prefix?: unknown;
  ErrorOutputPrefix?: unknown;
  FileExtension?: unknown;
  ProcessingConfiguration?: { Processors?: Processor[] };
  DataFormatConversionConfiguration?: {
    OutputFormatConfiguration?: { Serializer?: { ParquetSerDe?: unknown } };
    SchemaConfiguration?: { TableName?: unknown };
  };
}

const parameter = (processor: Processor, name: string): unknown =>
  processor.Parameters?.find(({ ParameterName }) => ParameterName === name)?.ParameterValue;

function columnsOf(
  tableName: unknown,
  stack: ResolvedStack,
  fault: (what: string) => StackFault,
): LakeColumn[] {
  const table = stack.ofType('AWS::Glue::Table').find(({ physicalId }) => physicalId === tableName);
  const input = table?.properties.TableInput as GlueTable | undefined;
  const columns = input?.StorageDescriptor?.Columns;
  if (!columns) throw fault(`whose table ${tableName} the template does not make`);
  return columns.map(({ Name, Type }) => {
    if (!isColumnType(Type)) throw fault(`with a column of type ${Type}`);
    return { name: Name, type: Type };
  });
}

interface GlueTable {
  StorageDescriptor?: { Columns?: { Name: string; Type: string }[] };
}

const isColumnType = (type: string): type is LakeColumn['type'] =>
  type === 'string' || type === 'int' || type === 'timestamp';
