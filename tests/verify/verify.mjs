// Asks a library that is not ours whether a webhook is signed right.
//
//   node verify.mjs SECRET < {"id": …, "timestamp": …, "signature": …, "body": …}
//
// The JSON holds the three headers and the body as they were received. Exits 0 and prints the body
// when the signature is good, 1 and a reason when it is not. The library also refuses a timestamp
// more than five minutes from now.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const [secret] = process.argv.slice(2);
const { id, timestamp, signature, body } = JSON.parse(readFileSync(0, 'utf8'));
try {
  new Webhook(secret).verify(body, {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature,
  });
  process.stdout.write(body);
} catch (error) {
  console.error(`not verified: ${error.message}`);
  process.exit(1);
}
