from stage import refused

DOES = "a base URL has a path"


def play(stage):
    # The sandbox has nothing below that path, so the call has to fail.
    wallets = stage.client("ada", base_url=f"{stage.base_url}/below").wallets
    refused(wallets.list_wallets, 404, "no operation of the API has this path")
