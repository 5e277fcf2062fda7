import type { Part } from '../report.ts';
import { queryTimes } from './query-times.ts';
import { transformSpeed } from './transform-speed.ts';

/** The lake: the transform beside JSON.parse, and SQL beside `select count(*)`. */
export const lake: Part = async (options) => [...transformSpeed(options), await queryTimes(options)];
