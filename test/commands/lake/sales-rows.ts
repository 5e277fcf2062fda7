import type { EventLine } from '../../../events/stream-record.ts';
import { line } from './lake-fixture.ts';

/**
 * The sales and cards of a post on streaming SQL ("Get started with Flink SQL APIs in Amazon Kinesis Data Analytics
 * Studio", AWS Big Data Blog), as the post prints its inputs. Its printed results contain slips: what is expected of the
 * queries is what these rows give.
 */
const sale = (row: string): EventLine => {
  const [time = '', customer_id, customer_card_id, product_id, price] = row.split(' ');
  const data = {
    customer_id: Number(customer_id),
    customer_card_id: Number(customer_card_id),
    product_id,
    price: Number(price),
  };
  return line({ id: `sale-${time}`, type: 'sales', time: `2021-04-20T${time}Z`, data });
};

/** For windows that follow one another. */
export const tumblingSales = [
  '21:31:01.10 75 101 4E5750DC2A1D 110',
  '21:31:01.115 78 118 B552B4B940D0 80',
  '21:31:01.328 75 101 E6DA5387367B 60',
  '21:31:01.504 78 101 4E5750DC2A1D 110',
  '21:31:01.678 75 148 4E5750DC2A1D 110',
  '21:31:01.960 78 118 B552B4B940D0 80',
].map(sale);

/** For windows that slide. */
export const slidingSales = [
  '21:31:01.10 75 101 4E5750DC2A1D 110',
  '21:31:01.20 78 118 B552B4B940D0 80',
  '21:31:01.28 75 101 E6DA5387367B 60',
  '21:31:01.30 78 101 4E5750DC2A1D 110',
  '21:31:01.36 75 148 4E5750DC2A1D 110',
  '21:31:01.40 78 118 B552B4B940D0 80',
].map(sale);

/** For sessions, filter and union, joins, ranking, texts and times. */
export const sales = [
  '21:31:01.10 75 101 4E5750DC2A1D 110',
  '21:31:01.20 78 118 B552B4B940D0 80',
  '21:31:01.28 75 101 E6DA5387367B 60',
  '21:32:50.30 78 101 4E5750DC2A1D 110',
  '21:32:50.36 75 148 4E5750DC2A1D 110',
].map(sale);

/** For labels of risk. */
export const riskSales = [
  '21:31:30.10 75 101 4E5750DC2A1D 110',
  '21:31:38.20 78 118 B552B4B940D0 80',
  '21:31:42.28 75 101 E6DA5387367B 60',
  '21:31:50.30 78 101 4E5750DC2A1D 110',
  '21:31:50.36 75 148 4E5750DC2A1D 110',
].map(sale);

/** The post prints no time of the cards: here they come a second apart, within five minutes after the last sale. */
export const cards = [
  '101 23274397 23738 Laura Perez',
  '118 54093472 07422 Karla Johnson',
  '101 23274397 23738 Laura Perez',
  '101 23274397 23738 Laura Perez',
  '148 91368810 07422 Peter Han',
].map((row, place) => {
  const [card_id, card_number, card_zip, first, last] = row.split(' ');
  const data = { card_id: Number(card_id), card_number, card_zip, card_name: `${first} ${last}` };
  return line({ id: `card-${place}`, type: 'card', time: `2021-04-20T21:33:0${place}Z`, data });
});
