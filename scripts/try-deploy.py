"""The visitors of scripts/try-deploy.sh: STATE URL SIMULATOR DATABASE STEP [NUMBER]. Ends with 1 and a sentence when a promise is broken."""

import glob
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

state, url, simulator, database, step = sys.argv[1:6]
number = int(sys.argv[6]) if len(sys.argv) > 6 else 0
trust = ssl.create_default_context(cafile=f"{state}/ca.pem")
host = url.removeprefix("https://")
port = int(host.split(":")[1])
token = open(f"{state}/token").read().strip()
env = dict(re.findall(r"^([A-Z_]+)='(.*)'$", open(f"{state}/okla.env").read(), re.M))


def ask(method, path, body=None, headers=None, source=None, timeout=30):
    """Each request on a connection of its own: status, headers, body."""
    connection = http.client.HTTPSConnection(
        "localhost", port, timeout=timeout, context=trust, source_address=(source, 0) if source else None
    )
    connection.request(method, path, body, {"Host": host, **(headers or {})})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, answer, said.decode("utf-8", "replace")


def form(path, fields, headers=None, source=None):
    return ask(
        "POST", path, urllib.parse.urlencode(fields),
        {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", "Origin": url, **(headers or {})},
        source,
    )


def sql(query):
    return subprocess.run(["psql", "-XqAt", database, "-c", query], check=True, capture_output=True, text=True).stdout.strip()


def held(sentence):
    print(f"✔ {sentence}", flush=True)


def must(holds, sentence, seen=""):
    if not holds:
        sys.exit(f"✗ {sentence} {seen}"[:2000])


def sign_in():
    status, answer, said = form("/fn/ingresar", {"email": "jefa@auto-feria.do", "password": "una clave larga de prueba", "back": "/panel"})
    cookies = answer.headers.get_all("Set-Cookie") or []
    session = [cookie.split(";")[0] for cookie in cookies if cookie.startswith("__Host-okla_sesion=")]
    must(status in (302, 303) and session, "No se pudo ingresar por el proxy.", (status, cookies, said[:300]))
    must(all("Secure" in cookie for cookie in cookies), "Una cookie no es Secure.", cookies)
    return session[0]


def send(to, words, wait=True):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if not wait:
        headers["Prefer"] = "respond-async"
    return ask("POST", "/api/whatsapp/send", json.dumps({"toPhoneNumber": to, "messageBody": words}).encode(), headers)


def sent(to=None):
    query = f"?to={urllib.parse.quote(to)}" if to else ""
    return json.load(urllib.request.urlopen(f"{simulator}/sim/messages{query}"))


def phone(group, one):
    # To none of the endings with which the simulator does something odd.
    return f"+1{group}{20000 + one}01"


def until(holds, seconds, sentence):
    end = time.monotonic() + seconds
    while not (seen := holds()):
        must(time.monotonic() < end, sentence)
        time.sleep(0.5)
    return seen


def once(group, count):
    """Whether the simulator created one message to each number, and none twice."""
    times = {}
    for message in sent():
        times[message["to"]] = times.get(message["to"], 0) + 1
    each = [times.get(f"whatsapp:{phone(group, one)}", times.get(phone(group, one), 0)) for one in range(count)]
    return each.count(1), [one for one, created in enumerate(each) if created > 1], [one for one, created in enumerate(each) if created == 0]


def proxy():
    status, answer, said = ask("GET", "/")
    must(status == 200 and "max-age" in (answer.getheader("Strict-Transport-Security") or ""), "La portada no llega, o sin HSTS.", status)
    session = sign_in()
    held("se ingresa por https con cookie __Host- y Secure")

    form("/fn/ingresar", {"email": "nadie@ejemplo.do", "password": "no es esta", "back": ""}, {"X-Forwarded-For": "198.51.100.7"}, "127.0.0.2")
    time.sleep(1)
    log = "".join(open(file).read() for file in glob.glob(f"{state}/log/okla-*.log"))
    refused = [line for line in log.splitlines() if "a sign-in was refused" in line]
    must(refused and "127.0.0.2" in refused[-1] and "198.51.100.7" not in log, "La dirección del visitante no llega.", refused)
    held("la dirección del visitante llega, y la que él inventa no")

    status, _, said = form("/fn/salir", {}, {"Origin": "https://otro.ejemplo", "Cookie": session})
    must(status == 403, "El formulario de otro sitio pasó.", status)
    status, _, _ = ask("POST", "/fn/ingresar", b"x" * (2 << 20), {"Origin": url, "Content-Type": "application/x-www-form-urlencoded"})
    must(status == 413, "Un formulario de 2 MB pasó.", status)
    part = b'--b\r\nContent-Disposition: form-data; name="archivo"; filename="a.csv"\r\n\r\n' + b"x" * (3 << 20) + b"\r\n--b--\r\n"
    status, answer, _ = ask("POST", "/panel/vehiculos/importar", part, {"Origin": url, "Cookie": session, "Content-Type": "multipart/form-data; boundary=b"})
    must(status == 303, "Un inventario demasiado grande no se explica.", status)
    status, _, _ = ask("GET", "/metrics", headers={"Authorization": f"Bearer {env['OKLA_METRICS_TOKEN']}"})
    must(status == 404, "/metrics se ve desde fuera.", status)
    held("otro sitio: 403; un formulario de 2 MB: 413; un inventario de 3 MB se explica; /metrics no se ve")

    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=trust)
    connection.request("GET", "/panel/eventos", headers={"Host": host, "Cookie": session, "Accept": "text/event-stream"})
    stream = connection.getresponse()
    must(stream.status == 200, "El panel en vivo no abre.", stream.status)
    began = time.monotonic()

    def next_event():
        while True:
            line = stream.readline()
            must(line, "El panel en vivo se cortó.")
            if line.startswith(b"data:"):
                return time.monotonic()

    first = next_event() - began
    told = time.monotonic()
    must(send(phone(809, 9000), "Hola, ¿sigue disponible?")[0] in (200, 202), "El envío no pasó.")
    second = next_event() - told
    must(first < 5 and second < 10, "El panel en vivo se retrasa.", (first, second))
    held(f"el panel en vivo pasa sin esperar: al abrir {first * 1000:.0f} ms, un envío se ve a los {second * 1000:.0f} ms")
    connection.close()


def load():
    failures, pages, styles, versions = [], 0, 0, set()
    lock = threading.Lock()
    vehicle = sql("select id from vehicles limit 1")
    session = sign_in()
    end = time.monotonic() + number
    accepted = 0

    def note(what):
        with lock:
            failures.append(what)

    def one_send(place):
        nonlocal accepted
        try:
            status, _, said = send(phone(829, place), f"Mensaje {place} durante el relevo")
            if status not in (200, 202):
                note(f"envío {place}: {status} {said[:150]}")
            with lock:
                accepted += status in (200, 202)
        except OSError as error:
            note(f"envío {place}: {error!r}")

    def look():
        nonlocal pages, styles
        paths = ["/", f"/vehiculos/{vehicle}", "/panel", "/panel/mensajes"]
        while time.monotonic() < end:
            for path in paths:
                try:
                    status, _, said = ask("GET", path, headers={"Cookie": session})
                    found = re.search(r'"(/v/([^/"]+)/pkg/okla\.css)"', said)
                    if status != 200 or not found:
                        note(f"{path}: {status} {said[:150]}")
                        continue
                    status, _, style = ask("GET", found[1])
                    with lock:
                        pages += 1
                        styles += 1
                        versions.add(found[2])
                    if status != 200 or style != f"/* {found[2]} */":
                        note(f"{found[1]}: {status} {style[:60]}")
                except OSError as error:
                    note(f"{path}: {error!r}")
                    time.sleep(0.5)
                time.sleep(0.1)

    viewers = [threading.Thread(target=look) for _ in range(2)]
    for viewer in viewers:
        viewer.start()
    place = 0
    with ThreadPoolExecutor(60) as pool:
        began = time.monotonic()
        while time.monotonic() < end:
            pool.submit(one_send, place)
            place += 1
            time.sleep(max(0.0, began + place / 20 - time.monotonic()))
    for viewer in viewers:
        viewer.join()
    # What was accepted leaves even if its caller had gone.
    until(lambda: once(829, place)[0] >= accepted, 120, "No todo lo aceptado llegó a Twilio.")
    created, twice, never = once(829, place)
    rate = place / number
    print(f"relevo con {rate:.0f} envíos por segundo: {place} envíos, {pages} páginas y sus estilos (versiones {', '.join(sorted(versions))}), "
          f"{len(failures)} fallos; en Twilio {created} una vez, {len(twice)} más de una, {len(never)} ninguna")
    if failures or twice or never:
        print("\n".join(failures[:20]))
        sys.exit(1)


def connections():
    seen = sql("select count(*) from pg_stat_activity where datname = 'okla' and pid <> pg_backend_pid()")
    held(f"los dos servidores tienen {seen} conexiones a PostgreSQL tras la carga")


def settings(**change):
    request = urllib.request.Request(f"{simulator}/sim/settings", json.dumps(change).encode(), method="PUT")
    urllib.request.urlopen(request).read()


def queue():
    settings(accountStatus="suspended")
    for one in range(number):
        status, _, said = send(phone(849, one), f"En espera {one}", wait=False)
        must(status in (200, 202), "No se aceptó con Twilio cerrado.", (status, said))
    time.sleep(3)
    waiting = sql("select count(*) from outbox where leased_until is null")
    must(int(waiting) == number, "La bandeja de salida no espera.", waiting)
    held(f"con Twilio cerrado se aceptan {number} y esperan; ahora se hace la copia")


def write(words):
    fields = urllib.parse.urlencode({"From": phone(849, number), "Body": words}).encode()
    told = json.load(urllib.request.urlopen(f"{simulator}/sim/inbound", fields))
    must(told["webhookStatus"] == 204, "El mensaje de una persona no entró.", told)


def release():
    settings(accountStatus="active")
    until(lambda: once(849, number)[0] == number, 120, "La bandeja no salió al volver Twilio.")
    held(f"después de la copia, Twilio toma los {number}: la copia no lo sabe")
    write("BAJA")
    until(lambda: sql("select count(*) from opt_outs") == "1", 30, "Una BAJA no se atendió.")
    held("y una persona escribe BAJA")


def restored():
    session = open(f"{state}/session").read()
    stranger, _, _ = ask("GET", "/panel")
    status, _, said = ask("GET", "/panel", headers={"Cookie": session})
    must(stranger != 200 and status == 200 and "Salir" in said, "La sesión de antes de la copia no vale.", (status, said[:200]))
    held("con --no-workers las páginas van, y quien había entrado antes de la copia sigue dentro")


def exactly_once():
    def settled():
        return sql("select count(*) from messages m join message_parts p on p.message_id = m.id "
                   "where m.to_phone like '+1849%' and p.sid is not null") == str(number)
    until(settled, 180, "Lo restaurado no se encontró en Twilio.")
    time.sleep(10)
    created, twice, never = once(849, number)
    must(created == number and not twice and not never, "Tras restaurar algo salió dos veces.", (created, twice, never))
    held(f"los {number} que la copia daba por pendientes se hallaron en Twilio; ninguno salió otra vez")


def reread():
    must(sql("select count(*) from opt_outs") == "0", "La copia no debía saber de la BAJA.")
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
    for _ in range(2):
        told = subprocess.run(["docs/desplegar/okla-releer", since], env={**os.environ, **env}, check=True, capture_output=True, text=True)
    until(lambda: sql("select count(*) from opt_outs") == "1", 30, "La BAJA releída no se atendió.")
    kept = sql("select count(*) from inbound_messages")
    must(kept == "1", "Releer dos veces guardó dos.", kept)
    status, _, said = send(phone(849, number), "Hola")
    must(status == 409, "Quien pidió irse recibiría otra vez.", (status, said))
    held(f"okla-releer: {told.stdout.strip()} La BAJA vale otra vez; leída dos veces es una")


def keep_session():
    with open(f"{state}/session", "w") as file:
        file.write(sign_in())


{"proxy": proxy, "load": load, "connections": connections, "queue": queue, "release": release, "restored": restored,
 "exactly-once": exactly_once, "reread": reread, "sign-in": keep_session}[step]()
