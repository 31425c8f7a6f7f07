// Says a few things with Jitsu's client as a server does: node jitsu_client.cjs URL KEY
// Runs in the folder that holds node_modules.
const { createRequire } = require('node:module')

const { jitsuAnalytics } = createRequire(`${process.cwd()}/`)('@jitsu/js')
const [host, writeKey] = process.argv.slice(2)

async function main() {
  const client = jitsuAnalytics({ host, writeKey })
  await client.setAnonymousId('jitsu-device')
  await client.page({ url: 'https://shop.example/start' })
  await client.identify('jitsu-user', { email: 'jitsu@example.org' })
  await client.track('Order Completed', { total: 3, currency: 'EUR' })
  await client.group('g1', { name: 'Household' })
}

main()
