/** The pair of Providers that a Plan or a map is for. */
import { fields } from './fields';
import { objectRefSchema } from './common';

export const providerPairSchema = fields({ source: objectRefSchema, destination: objectRefSchema });
