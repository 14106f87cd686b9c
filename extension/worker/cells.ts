/** What a row holds in a column of the user's own: the values of a field, as text. */
import { type FilterField, type FilterRow, valueText } from '../../dissector/filter/index.ts';

const MOST_VALUES = 8;

/** Empty where the row has none; a field that is there or not gives a check mark. */
export function cellText(field: FilterField | undefined, row: FilterRow): string {
  if (field === undefined) return '';
  const values = field.read(row);
  const texts = values.slice(0, MOST_VALUES).map((value) => valueText(field, value));
  return `${texts.join(', ')}${values.length > MOST_VALUES ? ', …' : ''}`;
}
