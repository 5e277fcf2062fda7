import type { Invoke } from '../mappings/invocation.ts';
import type { LambdaRuntime } from './lambda-runtime.ts';

/** Invokes a function by its name or ARN, with its event and its answer as values. */
export const invokeJson =
  (lambda: LambdaRuntime, functionNameOrArn: string): Invoke =>
  async (event) => {
    const { requestId, payload, functionError } = await lambda.invoke(
      functionNameOrArn,
      JSON.stringify(event),
    );
    const answer = JSON.parse(payload);
    if (!functionError) return { ok: true, payload: answer, requestId };
    return { ok: false, error: { name: answer.errorType, message: answer.errorMessage }, requestId };
  };
