// Says everything there is to say with both vendors' clients: node node_clients.cjs URL KEY HOW_MANY_EVENTS
// Prints "client status" for every answer. Runs in the folder that holds node_modules.
const { createRequire } = require('node:module')
const { subscribe } = require('node:diagnostics_channel')

const installed = createRequire(`${process.cwd()}/`)
const { Analytics } = installed('@segment/analytics-node')
const RudderAnalytics = installed('@rudderstack/rudder-sdk-node')
const [url, key, events] = process.argv.slice(2)

// The one asks with fetch, the other with Node's own http; both are watched from outside.
subscribe('undici:request:headers', ({ response }) => console.log('segment', response.statusCode))
subscribe('http.client.response.finish', ({ response }) => console.log('rudder', response.statusCode))

function say(client, name) {
  const userId = `${name}-user`
  const anonymousId = `${name}-device`
  const order = { order_id: 'o1', revenue: 9.5, currency: 'EUR' }
  client.track({ anonymousId, event: 'Product Viewed', timestamp: new Date(Date.now() - 3600000) })
  client.identify({ userId, anonymousId, traits: { email: `${name}@example.org`, name: 'Anna Ilg' } })
  client.track({ userId, anonymousId, event: 'Order Completed', properties: order })
  client.page({ userId, anonymousId, name: 'Home', properties: { url: 'https://shop.example/start?utm_source=mail' } })
  client.screen({ userId, anonymousId, name: 'Basket' })
  client.group({ userId, groupId: 'g1', traits: { name: 'Household' } })
  client.alias({ userId, previousId: `${name}-former` })
}

function count(client, name) {
  for (let number = 0; number < events; number++) {
    client.track({ userId: `${name}-user`, anonymousId: 'held', event: `Event ${number}`, context: {} })
  }
}

async function main() {
  const segment = new Analytics({ writeKey: key, host: url, flushAt: 5 })
  const rudder = new RudderAnalytics(key, { dataPlaneUrl: url, flushAt: 5, logLevel: 'error', retryCount: 10 })
  segment.on('error', ({ reason }) => console.log('segment', 'failed', reason))
  for (const [client, name] of [[segment, 'segment'], [rudder, 'rudder']]) {
    if (events > 0) count(client, name)
    else say(client, name)
  }
  await segment.closeAndFlush()
  await rudder.flush()
}

main()
