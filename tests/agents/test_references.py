from omegaconf import OmegaConf

from agents.references import as_written, put_back, taken_out

TEXT = """
a: 1
b: ${a}
part: {x: 2, y: "${.x}"}
copy: ${part}
places: [{z: "${a}"}, 5]
asked: ${oc.select:none,${oc.select:a,3}}
missing: ???
"""
KNOWN = {
    "b": "{a}",
    "part.y": "{.x}",
    "copy": "{part}",
    "places.0.z": "{a}",
    "asked": "{oc.select:none,{oc.select:a,3}}",
}


def resolved():
    config = OmegaConf.create(TEXT)
    del config.missing
    return OmegaConf.create(OmegaConf.to_container(config, resolve=True))


def test_every_reference_is_found():
    assert taken_out(OmegaConf.create(TEXT)) == KNOWN


def test_a_change_reaches_them_when_they_are_back():
    config = resolved()
    put_back(config, as_written(OmegaConf.create(KNOWN)))
    assert taken_out(config) == KNOWN
    config.a, config.part.x = 7, 8
    assert (config.b, config.part.y, config["copy"].x, config["copy"].y) == (7, 8, 8, 8)
    assert (config.places[0].z, config.places[1], config.asked) == (7, 5, 7)


def test_other_values_are_left_alone():
    config = resolved()
    config.b, config["copy"].x = 9, 9
    put_back(config, as_written(OmegaConf.create(KNOWN)))
    assert set(taken_out(config)) == set(KNOWN) - {"b", "copy"}
    assert (config.b, config["copy"].x, config["copy"].y) == (9, 9, 2)


def test_a_table_that_is_none_or_names_nothing():
    assert as_written(None) == {}
    assert as_written("text") == {}
    config = OmegaConf.create({"a": 1, "b": 2})
    put_back(config, {"b": "${no.such}"})
    assert config == {"a": 1, "b": 2}
