/** Serves the console's page and what it loads. Needs no credential: the page holds no data and asks the API for them. */
import { join } from 'node:path';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { answerConsole } from '../infra/console/console-answer.ts';
import { type ConsoleFiles, readConsoleFiles } from '../infra/console/console-files.ts';

/** `read` is called once, with the first request. */
export function createHandler(read: () => ConsoleFiles) {
  let files: ConsoleFiles | undefined;
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    files ??= read();
    return answerConsole(event, files);
  };
}

/** Beside the bundle, where `bundleConsole` puts them. */
export const handler = createHandler(() => readConsoleFiles(join(__dirname, 'console')));
