// Parses an AsyncAPI document from standard input; prints each error and exits with their presence.
import { readFileSync } from 'node:fs';
import parser from '@asyncapi/parser';

const { document, diagnostics } = await new parser.Parser().parse(readFileSync(0, 'utf8'));
const errors = diagnostics.filter(({ severity }) => severity === 0);
for (const { path, message } of errors) console.error(`${path.join('.')}: ${message}`);
for (const { path, message, severity } of diagnostics) if (severity === 1) console.error(`warning: ${path.join('.')}: ${message}`);
if (document) console.log(`${document.channels().length} channels, ${document.operations().length} operations`);
process.exit(errors.length || !document ? 1 : 0);
