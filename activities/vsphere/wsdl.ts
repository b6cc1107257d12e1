/**
 * The calls that we make to vCenter, as a WSDL for node-soap.
 *
 * Arguments and answers are left open: vSphere's own description is megabytes of types, of which we read a few
 * properties. Arguments are therefore given in the order of the API's documentation, which vCenter insists on.
 */

const OPERATIONS = [
  'RetrieveServiceContent',
  'Login',
  'Logout',
  'CurrentTime',
  'HasPrivilegeOnEntities',
  'CreateContainerView',
  'DestroyView',
  'RetrievePropertiesEx',
  'ContinueRetrievePropertiesEx',
  'CreatePropertyCollector',
  'DestroyPropertyCollector',
  'CreateFilter',
  'WaitForUpdatesEx',
  'QueryEvents',
  'CreateCollectorForEvents',
  'ReadPreviousEvents',
  'DestroyCollector',
  'ShutdownGuest',
  'PowerOffVM_Task',
  'PowerOnVM_Task',
] as const;

export type Operation = (typeof OPERATIONS)[number];

const each = (template: (operation: Operation) => string): string => OPERATIONS.map(template).join('\n');

/** Starts with an XML declaration: by that node-soap knows text from an address. */
export const WSDL = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:vim25="urn:vim25" targetNamespace="urn:vim25">
<types>
<xsd:schema targetNamespace="urn:vim25" elementFormDefault="qualified">
${each((name) => `<xsd:element name="${name}"><xsd:complexType/></xsd:element><xsd:element name="${name}Response"><xsd:complexType/></xsd:element>`)}
</xsd:schema>
</types>
${each((name) => `<message name="${name}"><part name="parameters" element="vim25:${name}"/></message><message name="${name}Response"><part name="parameters" element="vim25:${name}Response"/></message>`)}
<portType name="VimPortType">
${each((name) => `<operation name="${name}"><input message="vim25:${name}"/><output message="vim25:${name}Response"/></operation>`)}
</portType>
<binding name="VimBinding" type="vim25:VimPortType">
<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
${each((name) => `<operation name="${name}"><soap:operation soapAction="urn:vim25/6.7" style="document"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>`)}
</binding>
<service name="VimService"><port name="VimPort" binding="vim25:VimBinding"><soap:address location="https://localhost/sdk"/></port></service>
</definitions>`;
