.PHONY: run test soak bench stop clean-data sizes lighthouse deny scan prepare-queries

run: ## de una máquina vacía a la página en http://127.0.0.1:3000
	@scripts/run.sh

test: ## formato, reglas, pruebas unitarias, de integración y en Chromium
	@scripts/test.sh

soak: ## las pruebas largas: muertes, fallos, concurrencia, y la API contra un fuzzer
	@scripts/soak.sh

bench: ## cada cifra prometida contra su patrón, en la misma corrida; tabla y CSV
	@scripts/bench.sh

stop: ## detiene lo que dejó una terminal perdida
	@scripts/stop.sh

clean-data: ## olvida los datos de prueba
	@scripts/clean-data.sh

sizes: ## lo que pesa la página y lo que ocupa el servidor, contra sus límites
	@scripts/sizes.sh

lighthouse: ## lo que Lighthouse dice del panel y de la página de un vehículo
	@scripts/lighthouse.sh

deny: ## licencias, orígenes y prohibiciones de cada dependencia; ADVISORIES=1, también sus fallas conocidas
	@scripts/deny.sh

scan: ## un examen pasivo de cada página, sin sesión y con la de cada papel
	@scripts/scan.sh

prepare-queries: ## llena .sqlx después de cambiar una consulta
	@scripts/prepare-queries.sh
