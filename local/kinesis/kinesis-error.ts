/** An error that Kinesis answers by name; everything else that is thrown is answered as InternalFailure. */
export class KinesisError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export const invalidArgument = (message: string): KinesisError =>
  new KinesisError('InvalidArgumentException', message);

export const invalidRequest = (message: string): KinesisError =>
  new KinesisError('ValidationException', message);

export const notFound = (message: string): KinesisError =>
  new KinesisError('ResourceNotFoundException', message);

/** What a disk that is full or read-only comes to: nothing was stored, and the same call may succeed later. */
export const storageFailure = (cause: unknown): KinesisError =>
  new KinesisError(
    'InternalFailure',
    `The local Kinesis could not write to its data folder: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'Nothing of this was stored; free some space or make the folder writable and send it again.',
    500,
  );
