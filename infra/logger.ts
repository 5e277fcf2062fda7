import { Logger } from '@aws-lambda-powertools/logger';
import { environment } from './config.ts';

/** One structured logger a Lambda. Log ids, codes and counts; never a key, a payload or an event. */
export const createLogger = (): Logger => new Logger({ serviceName: environment.serviceName() });
