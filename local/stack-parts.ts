import type { Server } from 'node:http';
import { join } from 'node:path';
import type { StackTime } from './clock/kept-clock.ts';
import type { Closers } from './closers.ts';
import { serveControl } from './control/control-server.ts';
import { gatewayControl } from './control/gateway-control.ts';
import type { DataFolder } from './data-folder.ts';
import type { Emulators, Ports } from './emulators/start-emulators.ts';
import { playEventSources } from './event-sources.ts';
import { playDeliveries } from './firehose/play-deliveries.ts';
import { type Gateway, gateway } from './gateway/gateway.ts';
import { gatewayKeys } from './gateway/gateway-keys.ts';
import { restApiOf } from './gateway/rest-api.ts';
import { functionLog } from './lambda/function-log.ts';
import { type LambdaRuntime, lambdaRuntime } from './lambda/lambda-runtime.ts';
import { closeServer, listenAgain, urlOf } from './listen-on.ts';
import { createResources } from './resources/create-resources.ts';
import {
  type Endpoints,
  endpointVariables,
  type LocalClients,
  localClients,
} from './resources/local-clients.ts';
import { playSchedules } from './schedules/play-schedules.ts';
import { defaultBatchWindowSeconds, defaultLakeBufferSeconds, type StartOptions } from './start-options.ts';
import type { ResolvedStack } from './template/resolved-stack.ts';

export interface Surroundings {
  /** URL of the API, which the console is served from as well. */
  api: string;
  region: string;
  accountId: string;
  folder: DataFolder;
  time: StackTime;
  ports: Ports;
  closing: Closers;
  stack: ResolvedStack;
  emulators: Emulators;
  bundles: string;
  options: StartOptions;
}

export interface StackParts {
  endpoints: Endpoints;
  controlServer: Server;
  clients: LocalClients;
  lambda: LambdaRuntime;
  gateway: Gateway;
  /** Begins what runs by itself: event source mappings and schedules. */
  consume(): void;
}

/** Everything between the emulators and the API: control, resources, functions, gateway. */
export async function startParts(around: Surroundings): Promise<StackParts> {
  const { region, accountId, folder, time, ports, closing, stack, emulators, options } = around;
  const api = restApiOf(stack);
  const keys = gatewayKeys(folder);
  const control = gatewayControl(keys, api.usagePlans);
  const database = emulators.dynamodb.url;
  const controlServer = await listenAgain(
    (port) => serveControl(time.clock, control, database, port),
    ports.control,
  );
  closing.add(() => closeServer(controlServer));

  const queues = emulators.queues.url;
  const endpoints: Endpoints = {
    kinesis: emulators.kinesis.url,
    dynamodb: database,
    sqs: queues,
    sns: queues,
    s3: queues,
    apigateway: urlOf(controlServer),
  };
  const clients = localClients(region, endpoints);
  closing.add(clients.close);
  await createResources(clients, stack);

  const logs = folder.subfolder('logs');
  const lambda = lambdaRuntime(stack, {
    clock: time.offset,
    region,
    bundles: around.bundles,
    logs,
    endpoints: { ...endpointVariables(endpoints), CONSOLE_URL: `${around.api}/console` },
    ...(options.echoLogs && { echo: options.echoLogs }),
  });
  closing.add(lambda.close);

  const stackLog = functionLog(join(logs, 'stack.log'), options.echoLogs);
  const log = (line: string) => stackLog.write(`${new Date(time.clock.now()).toISOString()} ${line}\n`);
  return {
    endpoints,
    controlServer,
    clients,
    lambda,
    gateway: gateway(api, { region, accountId, invoke: lambda.invoke, keys }),
    consume() {
      const { clock } = time;
      const batchWindowSeconds = options.batchWindowSeconds ?? defaultBatchWindowSeconds;
      const mappings = folder.subfolder('mappings');
      const sources = playEventSources(stack, {
        clients,
        lambda,
        clock,
        folder: mappings,
        batchWindowSeconds,
        log,
      });
      closing.add(() => withinTime(sources.stop()));
      const deliveries = playDeliveries(stack, {
        clients,
        lambda,
        clock,
        folder: mappings,
        bufferSeconds: options.lakeBufferSeconds ?? defaultLakeBufferSeconds,
        log,
      });
      closing.add(() => withinTime(deliveries.stop()));
      const schedules = playSchedules(stack, {
        clock,
        region,
        accountId,
        invoke: lambda.invoke,
        settled: sources.settled,
        failed: log,
      });
      closing.add(schedules.stop);
    },
  };
}

/** Invocations under way get this long when the stack stops; what they leave is redelivered. */
const drainMsMax = 10_000;

async function withinTime(stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, drainMsMax);
  });
  await Promise.race([stopped, late]);
  clearTimeout(timer);
}
