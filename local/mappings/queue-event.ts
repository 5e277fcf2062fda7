import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** One record of the event that the function gets ("Example Amazon SQS message event", Using Lambda with SQS). */
export interface QueueEventRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, QueueEventAttribute>;
  md5OfBody: string;
  md5OfMessageAttributes?: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
}

interface QueueEventAttribute {
  stringValue?: string;
  /** Base64. */
  binaryValue?: string;
  stringListValues: [];
  binaryListValues: [];
  dataType: string;
}

export interface QueueRecord {
  event: QueueEventRecord;
  receivedAt: number;
  /** Its share of the invocation's JSON, comma included. */
  bytes: number;
}

const attribute = ({ StringValue, BinaryValue, DataType }: MessageAttributeValue): QueueEventAttribute => ({
  ...(StringValue !== undefined && { stringValue: StringValue }),
  ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType ?? 'String',
});

export function queueRecord(
  message: Message,
  { sourceArn, region }: { sourceArn: string; region: string },
  receivedAt: number,
): QueueRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  const event: QueueEventRecord = {
    messageId: message.MessageId!,
    receiptHandle: message.ReceiptHandle!,
    body: message.Body ?? '',
    attributes: (message.Attributes ?? {}) as Record<string, string>,
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, attribute(value)])),
    md5OfBody: message.MD5OfBody ?? '',
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: sourceArn,
    awsRegion: region,
  };
  return { event, receivedAt, bytes: Buffer.byteLength(JSON.stringify(event)) + 1 };
}

export const queueEvent = (records: QueueRecord[]) => ({ Records: records.map((record) => record.event) });
