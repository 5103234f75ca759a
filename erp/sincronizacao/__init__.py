"""Two instances that tell each other what changed, over documented feeds.

Who tells whom: filiais, products, prices, finalizadores, customers and employees go from the ERP to the Backoffice; sales
go from the Backoffice to the ERP. Every instance serves the feeds and opens the door of sales; the one that has
`SINCRONIZACAO_URL` and a key goes to the other: it reads its feeds and sends it its sales.

The feed: `GET /sincronizacao/feed/<entidade>?desde=<cursor>&limite=<n>` (`api/feed.py`), gzip, key scope `sincronizacao`.
1. Statement triggers (migration `0002_gatilhos`) keep one row per record in `sincronizacao_mudanca`: its key and the
   transaction that changed it last, whoever the writer is. A record that is gone has its row all the same: the tombstone.
   They write nothing until somebody reads the feed for the first time; then what was there before is noted by pages, and
   the feed answers 503 `FEED_LIGANDO` until it all is (`services/ligacao.py`).
2. A page is the next records by (transaction, order), and only those of transactions older than every one still
   running (`pg_snapshot_xmin`): what commits late cannot appear behind a cursor that has passed. A record changed
   again only moves forward; the whole table from the empty cursor is the full resync.
3. Transaction numbers mean something in one database only: the answer carries the `epoca` of its database (server,
   timeline, database), and who finds another one starts from the beginning.

The receiving (`services/recepcao.py`): ask, with nothing locked; then, in one transaction, lock the cursor, refuse the
page that is not the one after it (repeated, reordered, taken by another process), decide record by record by a pure
function (`regras.py`) from what was received last time, what is here and what came, write, move the cursor. Killed
anywhere, the same page comes again and changes nothing twice.

Who wins, per entity (`entidades/`): the ERP owns the fields that the feed carries, the Backoffice all others (safe,
negative stock, account of a Pix, the place where a route begins). Of filiais, products, prices, finalizadores and employees the
ERP's word takes the place of an edit made here, and the edit is kept as a conflict that was decided. Of customers, who are
registered on both sides, what only one side changed is taken, and what both changed waits for a person, field by field.
A deletion makes the record inactive here; an employee's waits for a person. What cannot be stored (a missing filial, a
value that does not fit, a name that is taken) is held with its reason and tried again at every run; it holds nobody up.

The sales (`vendas/`): triggers on staging leave one note per package that comes in, and `SincronizarVendas` turns them
into the very packages of the tills, for `POST /sincronizacao/vendas/<ponto de venda>`, which hands them to
`pdv.replicacao`: the same staging, the same keys, the same answer per row. A note goes only once the other side answered.
"""
