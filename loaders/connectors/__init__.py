"""Connectors: where rows come from, a kind of system a module, all of one shape (``protocol``).

A connector goes on from a cursor, and each of its deliveries knows the cursor after it, which is written in the
transaction of the delivery's last rows. A cursor has parts, each with a position that only grows:

    connector   part         position                         goes on with
    files       path         time and size of the file        files newer than what was loaded under their name
    s3          path         time and hash of the object      objects newer than what was loaded under their name
    sftp        path         time and size of the file        as files
    snapshot    newest       time of the delivery             a newer delivery
    database    column       largest value                    rows with that value and greater ones
    http        parameter    largest value, or time of token  rows since then, or what follows the token
    kafka       partition    offset of the next message       the messages from there
    nats        stream       sequence of the last message     the messages after it
    singer      state        time of the load, and its number whatever the tap does with the state
"""
