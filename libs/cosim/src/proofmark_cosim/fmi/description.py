"""The XML that tells what an FMU is."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from proofmark_cosim.component import Component, Port
from proofmark_cosim.fmi.machine import Version


def description(plant: Component, identifier: str, token: str, period_s: float, version: Version) -> str:
    """The text of `modelDescription.xml`."""
    return _two(plant, identifier, token, period_s) if version == "2.0" else _three(plant, identifier, token, period_s)


def _told(port: Port) -> str:
    return f"in {port.unit}" if port.unit else "a plain number"


def _two(plant: Component, identifier: str, token: str, period_s: float) -> str:
    root = Element(
        "fmiModelDescription",
        fmiVersion="2.0",
        modelName=plant.kind,
        guid=token,
        generationTool="Proofmark",
        variableNamingConvention="flat",
        numberOfEventIndicators="0",
    )
    offered = {"canHandleVariableCommunicationStepSize": "true", "canGetAndSetFMUstate": "true"}
    SubElement(root, "CoSimulation", {"modelIdentifier": identifier, **offered})
    SubElement(root, "DefaultExperiment", startTime="0", stepSize=repr(period_s))
    variables, inputs = SubElement(root, "ModelVariables"), plant.inputs()
    for number, port in enumerate((*inputs, *plant.outputs()), 1):
        causality = "input" if number <= len(inputs) else "output"
        told = {"name": port.name, "valueReference": str(number), "description": _told(port), "causality": causality}
        variable = SubElement(variables, "ScalarVariable", told, variability="continuous")
        SubElement(variable, "Real", {"start": repr(port.default or 0.0)} if causality == "input" else {})
    structure = SubElement(root, "ModelStructure")
    for kind in ("Outputs", "InitialUnknowns"):
        unknowns = SubElement(structure, kind)
        for number in range(len(inputs) + 1, len(inputs) + 1 + len(plant.outputs())):
            SubElement(unknowns, "Unknown", index=str(number))
    return _text(root)


def _three(plant: Component, identifier: str, token: str, period_s: float) -> str:
    root = Element(
        "fmiModelDescription",
        fmiVersion="3.0",
        modelName=plant.kind,
        instantiationToken=token,
        generationTool="Proofmark",
        variableNamingConvention="flat",
    )
    offered = {"canHandleVariableCommunicationStepSize": "true", "canGetAndSetFMUState": "true"}
    SubElement(root, "CoSimulation", {"modelIdentifier": identifier, **offered})
    SubElement(root, "DefaultExperiment", startTime="0", stepSize=repr(period_s))
    variables, inputs = SubElement(root, "ModelVariables"), plant.inputs()
    SubElement(variables, "Float64", name="time", valueReference="0", causality="independent", variability="continuous")
    structure = SubElement(root, "ModelStructure")
    outputs = [str(len(inputs) + 1 + i) for i in range(len(plant.outputs()))]
    for number, port in enumerate((*inputs, *plant.outputs()), 1):
        told = {"name": port.name, "valueReference": str(number), "description": _told(port)}
        if number <= len(inputs):
            SubElement(variables, "Float64", told, causality="input", start=repr(port.default or 0.0))
        else:
            SubElement(variables, "Float64", told, causality="output")
    for kind in ("Output", "InitialUnknown"):
        for reference in outputs:
            SubElement(structure, kind, valueReference=reference)
    return _text(root)


def _text(root: Element) -> str:
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"
